package wire

// Help is the protocol as the command line explains it.
const Help = `One JSON object a line. Prices are whole ticks from 1 to 16777215, quantities whole
lots from 1 to 4294967295; what they are worth is up to you. Nobody's funds are looked at.

Operations ("op") and their fields:

  new         side, quantity, price; id, owner, type, tif, flags, trigger, display, min,
              expiry, stp
  amend       id; price, quantity (what is not given stays)
  cancel      id
  cancel-all  owner (without one, everybody's orders)
  clock       tick: orders whose expiry is not after it go
  phase       phase: continuous, call (collect for an auction), halted; reference
  band        low, high: other prices are refused; a high of 0 lifts the band
  min-size    quantity: smaller orders are refused
  book        levels (10 a side), orders (true lists every order)

  type        limit (default), market, post-only, ioc, fok, stop (becomes a market order) or
              stop-limit, when a trade reaches the trigger
  tif         gtc (default), ioc, fok, or gtt, which needs an expiry
  flags       a list; "post-only" in it says the same as the type
  id, owner   a string or a whole number. An order without an id gets the next free number,
              one without an owner never meets an own order
  stp         when an order meets one of its own owner: cancel-oldest (default: the resting
              order goes), cancel-newest, cancel-both, decrement
  display     an iceberg shows no more lots; it comes last in its queue when it shows new ones
  min         refused unless so many lots trade at once

Amending to fewer lots at the same price keeps the place in the queue, everything else loses it.

Every event names the line that caused it:

  accept      the order was taken; what follows from it comes next
  trade       at the resting order's price; side is the incoming order's
  cancel      id, quantity that went, reason: user, ioc, market, self-trade or band
  reduce      quantity that self-trade prevention took from an order that stays
  trigger     a stop became an order
  expire, amend, cancel-all, clock, phase, auction, band, min-size, book
  reject      code and reason; nothing has changed. Of several reasons the lowest code counts:
              1 unknown order, 2 bad side, 3 bad kind, 4 bad price, 5 bad lots, 6 bad expiry,
              7 would cross, 8 not fillable, 9 bad terms, 10 wrong phase, 11 too small,
              12 outside band, 13 below minimum, 64 duplicate id
  error       the line is no command: field, problem, expected and a hint; nothing has changed

Example: {"op":"new","id":"a","owner":"ann","side":"buy","price":100,"quantity":10}`
