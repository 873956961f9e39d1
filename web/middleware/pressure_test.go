package middleware

import "testing"

func TestPressure(t *testing.T) {
	var p Pressure
	for _, step := range []struct {
		second int64
		n      int
		want   int
	}{{100, 3, 3}, {100, 4, 7}, {101, 0, 7}, {101, 9, 9}, {102, 0, 9}, {104, 0, 0}, {103, 1, 1}, {104, 1, 2}} { // a clock that steps back counts on
		if got := p.count(step.second, step.n); got != step.want {
			t.Errorf("second %d, %d more: %d, want %d", step.second, step.n, got, step.want)
		}
	}
}
