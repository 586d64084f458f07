package wire

// Help is the protocol as the command line explains it.
const Help = `One JSON object a line. Prices are whole ticks from 1 to 16777215, quantities whole
lots from 1 to 4294967295; you decide what they are worth. Funds are not checked.

A line has at most 65536 bytes, an id or owner 256, and a session 1048576 live orders and
as many owners. The text is UTF-8, with or without a byte-order mark.

Operations ("op") and their fields:

  new         side, quantity, price; id, owner, type, tif, flags, trigger, display, min,
              expiry, stp
  amend       id; price, quantity, trigger of a stop (what is not given stays as it is)
  cancel      id
  cancel-all  owner (without one, the orders of all owners)
  clock       tick, not before the last one: orders whose expiry is not after it are removed
  phase       phase: continuous, call (collect for an auction), halted; reference (price of
              the auction's tie rule, otherwise the last trade)
  band        low, high: other prices are refused; a high of 0 lifts the band
  min-size    quantity: smaller orders are refused
  book        levels (10 a side), orders (true lists every order), reference of an auction

  type        limit (default), market (a price is ignored), post-only, ioc, fok, stop (becomes
              a market order) or stop-limit, when a trade reaches the trigger. If the last trade
              has reached it already, the stop trades on arrival, without an event trigger
  tif         gtc (default), ioc, fok, or gtt, which needs an expiry after the clock
  flags       a list; "post-only" in it means the same as the type
  id, owner   a string or a whole number of 64 bits; 7 and "7" are one name. An order without
              an id gets the next free number, and one without an owner never meets an order of
              its owner
  stp         when an order meets one of the same owner: cancel-oldest (default: the resting
              order is cancelled), cancel-newest, cancel-both, decrement
  display     an iceberg shows at most this many lots, then new ones, at the end of
              its queue
  min         the order is refused unless this many lots trade at once; a 0 in min, display or
              reference means nothing

The quantity of an amendment is what is open from now on, without the lots that have traded.
An amendment to fewer lots at the same price and trigger keeps the place in the queue; every
other one loses it and may trade on arrival, that of a post-only order too. A stop that is
amended to a trigger that the last trade has reached becomes an order at once.

An auction trades at the price at which most lots trade; among equals at the one that leaves
the smallest imbalance; among equals at the one nearest to the reference. Market orders go
first, then better prices, then older orders. It does not prevent self-trades. During a call,
the event book shows all collected orders, which may cross, and what would trade now
(indicative).

An order that would trade with more than 65536 slices of icebergs is refused; one command
counts with the stops that it makes due.

Every event names the line that caused it:

  accept      the order was accepted; its consequences come next
  trade       at the resting order's price; side is the incoming order's
  cancel      id, quantity that was cancelled, reason: user, ioc, market, self-trade, band, or
              the reason for which a stop that became an order was refused
  reduce      quantity that self-trade prevention took from an order that stays
  trigger     a stop became an order
  expire, amend, cancel-all, clock, phase, auction, band, min-size, book
  reject      code and reason; nothing has changed. Of several codes the lowest is reported:
              1 unknown order, 2 bad side, 3 bad kind, 4 bad price, 5 bad lots, 6 bad expiry,
              7 would cross, 8 not fillable, 9 bad terms, 10 wrong phase, 11 too small,
              12 outside band, 13 below minimum, 14 too many slices, 64 duplicate id,
              65 clock runs backwards, 66 too many names
  error       the line is not a command: field, problem, expected, hint; nothing has changed

Example: {"op":"new","id":"a","owner":"ann","side":"buy","price":100,"quantity":10}`
