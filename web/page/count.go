package page

import "github.com/tenantry/tenantry/web/ui"

// Enough is how far a page counts where counting takes a walk through the rows; its JSON twin always counts all.
const Enough = 10_000

// counted is the number of rows that match, in words.
func (l List[R]) counted() string {
	if l.More {
		return "more than " + ui.N(l.Count)
	}
	return ui.N(l.Count)
}

// exact is where all rows are counted; empty where they were.
func (l List[R]) exact() string {
	if !l.More {
		return ""
	}
	v := l.Query.values()
	v.Set("count", "exact")
	return l.Query.link(v)
}
