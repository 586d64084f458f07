package experiments

import (
	"context"
	"errors"
)

func (s *Spec) explain(ctx context.Context, rep int) (*Explanation, error) {
	return nil, errors.New("soon")
}
