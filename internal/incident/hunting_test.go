package incident

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestFound: both of Microsoft's spellings are read, values of all kinds become text, and what is missing is empty.
func TestFound(t *testing.T) {
	const rows = `[{"A":"x","B":12345678901234567,"C":{"a":[1]},"D":["p","q"],"E":null,"F":true,"a.b":"dotted"}]`
	want := []string{"x", "12345678901234567", `{"a":[1]}`, `["p","q"]`, "", "true", "dotted", ""}
	for _, names := range [][3]string{{"schema", "name", "results"}, {"Schema", "Name", "Results"}} {
		var columns []string
		for _, c := range []string{"A", "B", "C", "D", "E", "F", "a.b", "G"} {
			columns = append(columns, `{"`+names[1]+`":"`+c+`"}`)
		}
		var w graph.HuntingResult
		if err := gojson.Unmarshal([]byte(`{"`+names[0]+`":[`+strings.Join(columns, ",")+`],"`+names[2]+`":`+rows+`}`), &w); err != nil {
			t.Fatal(err)
		}
		if f := found(w, false); len(f.Rows) != 1 || !slices.Equal(f.Rows[0], want) || f.Columns[6].Name != "a.b" || f.Full() {
			t.Errorf("%s: %+v", names[0], f)
		}
	}
}

// TestUnanswered: every way in which there is no answer has words of its own, and a query that cannot be read its place.
func TestUnanswered(t *testing.T) {
	for name, tc := range map[string]struct {
		e    graph.Error
		kind error
		want string
	}{
		"no permission":    {graph.Error{Kind: graph.Permission, Code: "Authorization_RequestDenied"}, errs.Forbidden, "does not let you"},
		"no Defender":      {graph.Error{Kind: graph.Permission, Code: "Forbidden"}, errs.Forbidden, "has no Microsoft Defender XDR, or you have no role"},
		"the limit":        {graph.Error{Kind: graph.Throttled, RetryAfter: 40 * time.Second}, errs.Unavailable, "in 40 seconds"},
		"limit, no advice": {graph.Error{Kind: graph.Throttled}, errs.Unavailable, "in a few minutes"},
		"too slow":         {graph.Error{Kind: graph.Timeout}, errs.Timeout, "fewer days"},
		"half an answer":   {graph.Error{Kind: graph.BadAnswer}, errs.BadGateway, "not shown"},
	} {
		err := unanswered(&tc.e)
		if sentence, next, _ := errs.Sentence(err); !errors.Is(err, tc.kind) || !strings.Contains(sentence+next, tc.want) {
			t.Errorf("%s: %v: %s %s", name, err, sentence, next)
		}
	}
	for message, want := range map[string][2]int{"Query could not be parsed at 'x' on line [2,14].": {2, 14}, "Syntax error [line:position=3:1]": {3, 1}, "No such column": {}} {
		var u *Unread
		if err := unanswered(&graph.Error{Kind: graph.Refused, Message: message}); !errors.As(err, &u) || !errors.Is(err, errs.Invalid) || u.Message != message || [2]int{u.Line, u.Column} != want {
			t.Errorf("%s: %+v", message, u)
		}
	}
	for _, q := range []Question{{" \n", 7}, {strings.Repeat("ω", MostQuery+1), 7}, {"x", 0}, {"x", 31}} {
		if _, err := q.Checked(); !errors.Is(err, errs.Invalid) {
			t.Errorf("%.10q of %d days: %v", q.Query, q.Days, err)
		}
	}
	if q, err := (Question{strings.Repeat("ω", MostQuery) + "\r\n", 30}).Checked(); err != nil || strings.ContainsAny(q.Query, "\r\n") {
		t.Errorf("the longest: %v", err)
	}
}

// TestQueries: one's own and the team's are seen, others' are not; who may change them; drafts are one's own.
func TestQueries(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, ctx := NewQueries(pool), t.Context()
	people := make([]tenant.Person, 3)
	for i, role := range []tenant.Role{tenant.RoleTechnician, tenant.RoleTechnician, tenant.RoleOwner} {
		people[i].Role = role
		if err := pool.In(tenant.Only()).QueryRow(ctx, `INSERT INTO staff (upn, name, role, reach) VALUES ($1, $1, $2, 'all') RETURNING staff_id`, "p"+string(rune('0'+i)), string(role)).Scan(&people[i].StaffID); err != nil {
			t.Fatal(err)
		}
	}
	ann, ben, owner := people[0], people[1], people[2]
	save := func(who tenant.Person, q Query) int64 {
		t.Helper()
		id, err := s.Save(ctx, who, q)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	own := save(ann, Query{Name: " Mine ", Text: "AlertInfo"})
	team := save(ann, Query{Name: "Ours", Description: "all", Text: "DeviceInfo", Shared: true})
	save(ben, Query{Name: "mine", Text: "AlertInfo"})
	for who, want := range map[*tenant.Person]int{&ann: 2, &ben: 2, &owner: 1} {
		if found, err := s.List(ctx, *who); err != nil || len(found) != want {
			t.Errorf("seen: %+v, %v, want %d", found, err, want)
		}
	}
	if _, err := s.Save(ctx, ann, Query{Name: "MINE", Text: "x"}); !errors.Is(err, errs.Conflict) {
		t.Errorf("the same name: %v", err)
	}
	for _, q := range []Query{{Text: "x"}, {Name: "a"}, {Name: strings.Repeat("a", 81), Text: "x"}, {Name: "a", Text: "x", Description: strings.Repeat("a", 301)}, {Name: "a\x00", Text: "x"}} {
		if _, err := s.Save(ctx, ann, q); !errors.Is(err, errs.Invalid) {
			t.Errorf("%.20q: %v", q.Name, err)
		}
	}
	if err := s.Delete(ctx, ben, own); !errors.Is(err, errs.NotFound) {
		t.Errorf("another's own: %v", err)
	}
	if _, err := s.Save(ctx, ben, Query{ID: team, Name: "Theirs", Text: "x"}); !errors.Is(err, errs.Forbidden) {
		t.Errorf("another's for the team: %v", err)
	}
	save(owner, Query{ID: team, Name: "Ours again", Text: "DeviceInfo", Shared: true})
	if _, err := s.Save(ctx, owner, Query{ID: team, Name: "Hidden", Text: "x"}); !errors.Is(err, errs.Invalid) {
		t.Errorf("an owner takes from the team what another saved: %v", err)
	}
	if q, err := s.Get(ctx, ben, team); err != nil || q.Name != "Ours again" || q.By != "p0" || q.MayChange(ben) || !q.MayChange(owner) {
		t.Errorf("%+v, %v", q, err)
	}
	if err := s.Delete(ctx, ann, own); err != nil {
		t.Error(err)
	}
	if err := errors.Join(s.KeepDraft(ctx, ann, Question{"a", 7}), s.KeepDraft(ctx, ann, Question{"b", 1})); err != nil {
		t.Error(err)
	}
	if q, err := s.Draft(ctx, ann); err != nil || q != (Question{"b", 1}) {
		t.Errorf("draft: %+v, %v", q, err)
	}
	if q, err := s.Draft(ctx, ben); err != nil || q.Query != "" {
		t.Errorf("another's draft: %+v, %v", q, err)
	}
	for _, e := range Examples {
		if _, err := e.checked(); err != nil || e.MayChange(owner) {
			t.Errorf("example %s: %v", e.Name, err)
		}
	}
}
