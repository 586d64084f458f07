package catalogue

import (
	"slices"
	"testing"
)

func TestCatalogue(t *testing.T) {
	var c Of[int]
	if _, found := c.Find(""); found || len(c.All()) != 0 {
		t.Error("an empty catalogue has an entry")
	}
	if !c.Add("one", 1) || !c.Add("two", 2) {
		t.Error("Add returns false")
	}
	if two, found := c.Find("two"); two != 2 || !found {
		t.Errorf("found %d, %v", two, found)
	}
	if none, found := c.Find("three"); none != 0 || found {
		t.Errorf("found %d, %v", none, found)
	}
	if !slices.Equal(c.All(), []int{1, 2}) {
		t.Errorf("%v", c.All())
	}
	defer func() {
		if recover() == nil {
			t.Error("Add accepts a second entry of the same name")
		}
	}()
	c.Add("two", 3)
}
