package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var (
	contoso  = mustID("11111111-1111-4111-8111-111111111111")
	fabrikam = mustID("22222222-2222-4222-8222-222222222222")
	adele    = tenant.Person{Tenant: contoso, ObjectID: "AAAAAAAA-0000-4000-8000-000000000001", Name: "Adele Vance", UPN: "adele@contoso.com"}
)

func mustID(s string) tenant.ID {
	id, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

func entry(action, object string) audit.Entry {
	e := audit.By(adele)
	e.Action, e.Object = action, object
	return e
}

func appendAll(t *testing.T, s *audit.Store, tid tenant.ID, entries ...audit.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := s.Append(t.Context(), tid, e); err != nil {
			t.Fatal(err)
		}
	}
}

func export(t *testing.T, s *audit.Store, tid tenant.ID) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Export(t.Context(), tid, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// odd is what people and Graph may put into an entry.
func odd() audit.Entry {
	e := entry("device.wiped", "DESK-1 \x00\xff 日本 <b>")
	e.Detail = map[string]any{"big": int64(9007199254740993), "float": 1.5, "exp": 1e21, "nul": "a\x00b", "html": "<&>", "escaped": `\u0000`,
		"list": []any{"x", nil, true, map[string]any{"k\x00": 1}}, "": "empty key"}
	e.RequestID = "req-1"
	return e
}

func TestExportVerifies(t *testing.T) {
	t.Parallel()
	s := audit.NewStore(pgtest.New(t))
	appendAll(t, s, contoso, entry("consent.link.created", "a"), odd(), entry("consent.granted", "b"))
	appendAll(t, s, fabrikam, entry("tenant.added", "c"))
	text := export(t, s, contoso)
	report, err := audit.Verify(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if report.Tenant != contoso || report.Records != 3 || report.First.IsZero() || report.Last.Before(report.First) || len(report.Head) != 64 {
		t.Errorf("report = %+v", report)
	}
	if strings.Contains(text, fabrikam.String()) {
		t.Error("the export tells of another tenant")
	}
	empty, err := audit.Verify(strings.NewReader(export(t, s, mustID("33333333-3333-4333-8333-333333333333"))))
	if err != nil || empty.Records != 0 {
		t.Errorf("export without records: %+v, %v", empty, err)
	}
}

func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	s := audit.NewStore(pgtest.New(t))
	for i := range 5 {
		e := entry("device.synced", fmt.Sprintf("device %d", i))
		e.Detail = map[string]any{"rows": i}
		appendAll(t, s, contoso, e)
	}
	good := strings.Split(strings.TrimSuffix(export(t, s, contoso), "\n"), "\n")
	for name, change := range map[string]func(l []string) []string{
		"a word":             func(l []string) []string { l[2] = strings.Replace(l[2], "device 1", "device 9", 1); return l },
		"the detail":         func(l []string) []string { l[3] = strings.Replace(l[3], `"rows":2`, `"rows":3`, 1); return l },
		"the actor":          func(l []string) []string { l[3] = strings.Replace(l[3], "Adele", "Diego", 1); return l },
		"the hash":           func(l []string) []string { l[3] = l[3][:len(l[3])-4] + `0"}`; return l },
		"a record taken out": func(l []string) []string { return slices.Delete(l, 3, 4) },
		"two swapped":        func(l []string) []string { l[2], l[3] = l[3], l[2]; return l },
		"one twice":          func(l []string) []string { return slices.Insert(l, 3, l[2]) },
		"the end cut":        func(l []string) []string { return l[:4] },
		"half a line":        func(l []string) []string { l[5] = l[5][:30]; return l },
		"all records gone":   func(l []string) []string { return l[:1] },
		"no head":            func(l []string) []string { return l[1:] },
		"nothing":            func([]string) []string { return nil },
		"another format":     func(l []string) []string { l[0] = strings.Replace(l[0], "audit-1", "audit-2", 1); return l },
		"another tenant": func(l []string) []string {
			l[0] = strings.Replace(l[0], contoso.String(), fabrikam.String(), 1)
			return l
		},
		"a member added":       func(l []string) []string { l[2] = strings.Replace(l[2], "{", `{"note":"innocent",`, 1); return l },
		"a member twice":       func(l []string) []string { l[2] = strings.Replace(l[2], "{", `{"actor":"Diego",`, 1); return l },
		"a member by its case": func(l []string) []string { l[2] = strings.Replace(l[2], "{", `{"Actor":"Diego",`, 1); return l },
		"the head's hash":      func(l []string) []string { l[0] = strings.Replace(l[0], `"head":"`, `"head":"00`, 1); return l },
		"an empty line":        func(l []string) []string { return slices.Insert(l, 2, "") },
		"something after":      func(l []string) []string { return append(l, "{}") },
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Join(change(slices.Clone(good)), "\n")
			if changed == strings.Join(good, "\n") {
				t.Fatal("the case changes nothing")
			}
			if _, err := audit.Verify(strings.NewReader(changed)); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("error = %v, want ErrBroken", err)
			}
		})
	}
}

// TestTamperingInTheDatabaseShows changes rows as somebody with the owner's role could.
func TestTamperingInTheDatabaseShows(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"a word":         `UPDATE audit SET object = 'other' WHERE seq = 2`,
		"the detail":     `UPDATE audit SET detail = '{"rows": 7}' WHERE seq = 2`,
		"the time":       `UPDATE audit SET at = at - interval '1 day' WHERE seq = 2`,
		"a row":          `DELETE FROM audit WHERE seq = 2`,
		"the first row":  `DELETE FROM audit WHERE seq = 1`,
		"the actor's id": `UPDATE audit SET actor_object_id = gen_random_uuid() WHERE seq = 3`,
	} {
		t.Run(name, func(t *testing.T) {
			p := pgtest.New(t)
			s := audit.NewStore(p)
			appendAll(t, s, contoso, entry("a", "1"), entry("b", "2"), entry("c", "3"))
			if _, err := p.Raw().Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
			if _, err := audit.Verify(strings.NewReader(export(t, s, contoso))); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("error = %v, want ErrBroken", err)
			}
		})
	}
}

func TestManyAppendAtOnceMakeOneChain(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t)
	var wg sync.WaitGroup
	for w := range 12 {
		wg.Go(func() {
			s := audit.NewStore(p) // a process of its own
			for i := range 10 {
				tid := []tenant.ID{contoso, fabrikam}[i%2]
				if err := s.Append(t.Context(), tid, entry("race", fmt.Sprintf("%d/%d", w, i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		report, err := audit.Verify(strings.NewReader(export(t, audit.NewStore(p), tid)))
		if err != nil || report.Records != 60 {
			t.Errorf("%s: %+v, %v", tid, report, err)
		}
	}
}

func TestAppendTxStandsOrFallsWithTheDeed(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t)
	s := audit.NewStore(p)
	appendAll(t, s, contoso, entry("first", ""))
	boom := errors.New("boom")
	err := p.InTx(t.Context(), contoso, func(tx pgx.Tx) error {
		if err := s.AppendTx(t.Context(), tx, contoso, entry("second", "")); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	appendAll(t, s, contoso, entry("third", ""))
	found, err := s.List(t.Context(), contoso, audit.Filter{})
	if err != nil || len(found) != 2 || found[0].Action != "third" || found[0].Seq != 2 {
		t.Errorf("records = %+v, %v", found, err)
	}
	if _, err := audit.Verify(strings.NewReader(export(t, s, contoso))); err != nil {
		t.Error(err)
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t)
	s := audit.NewStore(p)
	appendAll(t, s, contoso, entry("a", "contoso's"))
	appendAll(t, s, fabrikam, entry("a", "fabrikam's"), entry("b", "fabrikam's"))
	if found, err := s.List(t.Context(), contoso, audit.Filter{}); err != nil || len(found) != 1 || found[0].Object != "contoso's" {
		t.Errorf("List: %+v, %v", found, err)
	}
	for _, tc := range []struct {
		scope tenant.Scope
		want  int
	}{{tenant.Only(contoso), 1}, {tenant.Only(fabrikam), 2}, {tenant.Only(), 0}, {tenant.Only(contoso, fabrikam), 3}, {tenant.Everything(), 3}} {
		found, err := s.ListAcrossTenants(t.Context(), tc.scope, audit.Filter{})
		n, cerr := s.Count(t.Context(), tc.scope, audit.Filter{Limit: 1})
		latest, lerr := s.Latest(t.Context(), tc.scope, 10)
		if err != nil || cerr != nil || lerr != nil || len(found) != tc.want || n != tc.want || len(latest) != tc.want {
			t.Errorf("%+v: %d listed, %d counted, %d latest, want %d; %v %v %v", tc.scope, len(found), n, len(latest), tc.want, err, cerr, lerr)
		}
	}
	if _, err := s.Get(t.Context(), contoso, 2); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get of another tenant's record: %v", err)
	}
	if r, err := s.Get(t.Context(), fabrikam, 2); err != nil || r.Action != "b" {
		t.Errorf("Get: %+v, %v", r, err)
	}
	err := p.InTx(t.Context(), contoso, func(tx pgx.Tx) error { return s.AppendTx(t.Context(), tx, fabrikam, entry("smuggled", "")) })
	if err == nil {
		t.Error("a transaction of one tenant wrote to another's chain")
	}
}

func TestListFiltersAndPages(t *testing.T) {
	t.Parallel()
	s := audit.NewStore(pgtest.New(t))
	for i := range 7 {
		appendAll(t, s, []tenant.ID{contoso, fabrikam}[i%2], entry([]string{"consent.link.created", "consent.granted", "consents"}[i%3], fmt.Sprintf("100%%_%d", i)))
	}
	all := tenant.Everything()
	for name, tc := range map[string]struct {
		f    audit.Filter
		want int
	}{
		"all":               {audit.Filter{}, 7},
		"an action":         {audit.Filter{Action: "consent.granted"}, 2},
		"below an action":   {audit.Filter{Action: "consent"}, 5},
		"an actor":          {audit.Filter{Actor: "ADELE@"}, 7},
		"nobody":            {audit.Filter{Actor: "diego"}, 0},
		"wildcards are not": {audit.Filter{Q: "_%"}, 0},
		"text":              {audit.Filter{Q: "100%_3"}, 1},
		"an object":         {audit.Filter{Object: "100%_3"}, 1},
		"a NUL":             {audit.Filter{Q: "\x00", Actor: "\x00", Action: "\x00", Object: "\x00"}, 0},
		"an actor's id":     {audit.Filter{Object: strings.ToLower(adele.ObjectID)}, 7},
		"later":             {audit.Filter{From: time.Now().Add(time.Hour)}, 0},
		"until now":         {audit.Filter{Until: time.Now().Add(time.Hour)}, 7},
	} {
		found, err := s.ListAcrossTenants(t.Context(), all, tc.f)
		n, cerr := s.Count(t.Context(), all, tc.f)
		if err != nil || cerr != nil || len(found) != tc.want || n != tc.want {
			t.Errorf("%s: %d found, %d counted, want %d; %v %v", name, len(found), n, tc.want, err, cerr)
		}
	}
	var seen []string
	f := audit.Filter{Limit: 2}
	for range 10 {
		found, err := s.ListAcrossTenants(t.Context(), all, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range found {
			seen = append(seen, r.Object)
			f.After = r.Cursor()
		}
		if len(found) < 2 {
			break
		}
	}
	if len(seen) != 7 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 7 {
		t.Errorf("paged: %q", seen)
	}
}

func TestEntriesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := audit.NewStore(pgtest.New(t))
	noActor, badID, huge := entry("a", ""), entry("a", ""), entry("a", "")
	noActor.Actor = ""
	badID.ActorObject = "not a guid"
	huge.Detail = map[string]any{"x": strings.Repeat("y", 100_000)}
	for name, e := range map[string]audit.Entry{"no action": entry("", ""), "no actor": noActor, "bad object id": badID, "huge": huge} {
		if err := s.Append(t.Context(), contoso, e); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: error = %v, want Invalid", name, err)
		}
	}
}

func TestAfterARestartOfTheClock(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t)
	s := audit.NewStore(p)
	appendAll(t, s, contoso, entry("a", ""))
	if _, err := p.Raw().Exec(t.Context(), `UPDATE audit SET at = at + interval '1 hour'`); err != nil { // as a portal whose clock runs ahead
		t.Fatal(err)
	}
	appendAll(t, s, contoso, entry("b", ""))
	found, err := s.List(t.Context(), contoso, audit.Filter{})
	if err != nil || len(found) != 2 || found[0].Action != "b" || found[0].At.Before(found[1].At) {
		t.Errorf("newest first: %+v, %v", found, err)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte(`{"format":"tenantry-audit-1","tenant":"11111111-1111-4111-8111-111111111111","records":0,"head":"` + strings.Repeat("0", 64) + `","exported_at":""}`))
	f.Add([]byte("{}\n{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		report, err := audit.Verify(bytes.NewReader(b))
		if err == nil && report.Records > 0 {
			// Only a real chain verifies: its head is the hash of its last line.
			lines := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
			var last struct{ Hash string }
			if json.Unmarshal(lines[len(lines)-1], &last) != nil || last.Hash != report.Head {
				t.Errorf("verified without a last hash: %q", b)
			}
		}
	})
}

func TestDoersAreOneLineEach(t *testing.T) {
	t.Parallel()
	s := audit.NewStore(pgtest.New(t))
	renamed := entry("b", "")
	renamed.Actor = "Adele Smith (adele@contoso.com)"
	appendAll(t, s, contoso, entry("a", ""), renamed, audit.Entry{Actor: "Tenantry", Action: "c"})
	appendAll(t, s, fabrikam, entry("a", ""))
	got, err := s.Doers(t.Context(), contoso)
	if err != nil || len(got) != 2 || got[0].Name != "Tenantry" || got[0].Count != 1 || got[1].Name != renamed.Actor || got[1].Count != 2 || got[1].Tenant != contoso {
		t.Errorf("doers = %+v, %v", got, err)
	}
}
