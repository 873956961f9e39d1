package page

import (
	"net/http"

	"github.com/tenantry/tenantry/web/ui"
)

// Enough is how far a page counts where counting takes a walk through the rows; its JSON twin counts all unless the list is Bounded, and then
// says that there are more.
const Enough = 10_000

// CountMost is how far the list that a request asks for is counted; 0: all of it.
func CountMost(r *http.Request) int64 {
	if WantsJSON(r) || r.URL.Query().Get("count") == "exact" {
		return 0
	}
	return Enough
}

// unread tells that there are no rows because nothing was read: then nobody knows how many there are, which is not none.
func (l List[R]) unread() bool {
	return len(l.Rows) == 0 && (l.Empty.Kind == ui.EmptyNotRead || l.Empty.Kind == ui.EmptyNotPermitted)
}

// counted is the number of rows that match, in words; empty where nobody knows it.
func (l List[R]) counted() string {
	if l.unread() {
		return ""
	}
	if l.More {
		return "more than " + ui.N(l.Count)
	}
	if l.SoFar {
		return ui.N(l.Count) + " so far"
	}
	return ui.N(l.Count)
}

// exact is where all rows are counted; empty where they were, or are nowhere.
func (l List[R]) exact() string {
	if !l.More || l.Bounded {
		return ""
	}
	v := l.Query.values()
	v.Set("count", "exact")
	return l.Query.link(v)
}
