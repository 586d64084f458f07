package trial

import (
	"cmp"
	"slices"

	"stakeout/experiments/study/question"
)

// blocksPerWorker is how many pieces of work every worker gets at least, so that
// none waits long for the others at the end.
const blocksPerWorker = 8

// BlockSize is the largest number of items in a block, given the number of runs.
func BlockSize(runs, workers int) int { return max(1, runs/(blocksPerWorker*workers)) }

// Blocks groups items by the world that their specs share and cuts the groups into blocks
// of at most the given size. Within a group items are ordered by horizon, because a shared
// world only runs forward. A worker runs a block seed by seed, so that what the items have
// in common is simulated once.
func Blocks[T any](items []T, most int, spec func(T) *question.Spec) (out [][]T) {
	if len(items) == 1 || most == 1 {
		return slices.Collect(slices.Chunk(items, 1))
	}
	of := map[string][]T{}
	var keys []string
	for _, item := range items {
		k := spec(item).WorldKey(0)
		if of[k] == nil {
			keys = append(keys, k)
		}
		of[k] = append(of[k], item)
	}
	for _, k := range keys {
		slices.SortStableFunc(of[k], func(x, y T) int {
			a, b := spec(x), spec(y)
			return cmp.Or(cmp.Compare(a.HorizonDays, b.HorizonDays), cmp.Compare(a.UseKey(), b.UseKey()))
		})
		out = slices.AppendSeq(out, slices.Chunk(of[k], most))
	}
	return out
}

// WorldsFor makes the memory of a worker for a block. A single item shares nothing.
func WorldsFor[T any](items []T, spec func(T) *question.Spec) *Worlds {
	var remedies []string
	for _, item := range items {
		if r := spec(item).Remedy; len(items) > 1 && !slices.Contains(remedies, r) {
			remedies = append(remedies, r)
		}
	}
	return NewWorlds(remedies...)
}
