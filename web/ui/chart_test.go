package ui

import (
	"strings"
	"testing"
)

// TestChartOfThings holds that an axis of things has whole numbers, none below zero, and room for large ones.
func TestChartOfThings(t *testing.T) {
	for name, tc := range map[string]struct {
		values []float64
		axis   string
	}{
		"none":  {[]float64{0, 0}, "0 1"},
		"flat":  {[]float64{7, 7}, "6 7 8"},
		"few":   {[]float64{3, 4}, "3 4"},
		"some":  {[]float64{3, 17, 0}, "0 5 10 15 20"},
		"large": {[]float64{180_000, 199_123}, "180,000 185,000 190,000 195,000 200,000"},
	} {
		c := LineChart{ID: "c"}
		for _, v := range tc.values {
			c.Points = append(c.Points, Point{Label: "1 Nov", Value: v, Read: true})
		}
		var got []string
		f := c.layout()
		for _, t := range f.Y {
			got = append(got, t.Text)
		}
		if strings.Join(got, " ") != tc.axis {
			t.Errorf("%s: %q, want %q", name, got, tc.axis)
		}
		if want := 6.5 * float64(len(got[len(got)-1])); c.left() < want || c.left() > 80 || f.X[0].At != c.left() {
			t.Errorf("%s: the plot begins at %.0f, its labels need %.0f", name, c.left(), want)
		}
	}
	if c := (LineChart{Unit: "%", Points: []Point{{Value: 3, Read: true}, {Value: 4, Read: true}}}); c.left() != plotLeft || !strings.Contains(c.layout().Y[1].Text, ".") {
		t.Error("shares are not whole numbers")
	}
}

func TestChartOfADayAlone(t *testing.T) {
	read := func(days ...bool) (ps []Point) {
		for i, r := range days {
			ps = append(ps, Point{Value: float64(i), Read: r})
		}
		return ps
	}
	for _, tc := range []struct {
		points []Point
		dots   int
	}{{read(true, true, true), 0}, {read(true, false, true, true), 1}, {read(false, true, false), 1}, {read(true, true, false, true), 1}, {read(false, false), 0}} {
		drawn := LineChart{Points: tc.points}.layout()
		dots := 0
		for _, l := range drawn.Lines {
			dots += strings.Count(l.Path, "h0")
		}
		if dots != tc.dots {
			t.Errorf("%+v draws %d dots, want %d", tc.points, dots, tc.dots)
		}
	}
}
