package hunting

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// logons are five rows: two devices, two people, one failure, one that is too old to be looked at.
func logons() Table {
	row := func(ago int, device, who string, ok bool, n int64) []any {
		return []any{noon.Add(-time.Duration(ago) * 24 * time.Hour), device, who, ok, n}
	}
	return Table{[]Column{{"Timestamp", DateTime}, {"DeviceName", String}, {"AccountName", String}, {"Succeeded", Bool}, {"Size", Int64}}, [][]any{
		row(0, "ctn-0001", "Ito.S", true, 3), row(1, "ctn-0002", "ito.s", false, 5), row(2, "ctn-0001", "reid", true, 1), row(8, "CTN-0003.contoso.example", "reid", true, 9), row(40, "ctn-0009", "old", true, 0),
	}}
}

func run(query string) (Table, error) {
	return Run(query, map[string]func() Table{"DeviceLogonEvents": logons}, noon, Usual)
}

func TestRun(t *testing.T) {
	for query, want := range map[string]string{
		"":                                       "[[4]]",
		"where Timestamp > ago(7d)":              "[[3]]",
		"where AccountName == 'ito.s'":           "[[1]]",
		"where AccountName =~ \"ito.s\" // both": "[[2]]",
		"where AccountName !~ 'ito.s' and DeviceName != 'ctn-0001'":          "[[1]]",
		"where DeviceName has 'contoso'":                                     "[[1]]",
		"where DeviceName has 'conto'":                                       "[[0]]",
		"where DeviceName !contains 'contoso' and Succeeded == true":         "[[2]]",
		"where DeviceName startswith 'CTN-000' and not(Size in (1, 2))":      "[[3]]",
		"where AccountName in ('reid', 'nobody') or (Size >= 5)":             "[[3]]",
		"where DeviceName has_any (@'0002', 'x')":                            "[[1]]",
		"where Timestamp between":                                            "line [1,37]",
		"where Timestamp > 'x'":                                              "Cannot compare",
		"where Size > 3\n| order by Size asc | project N = Size, DeviceName": "[[2]]",
		"where Nothing == 1":                                                 "scalar expression named 'Nothing'",
		"join Other":                                                         "'join' on line [1,21]",
		"where AccountName == 'x":                                            "line [1,42]",
		"take":                                                               "'|' on line [2,1]",
		"where (Size > 1":                                                    "'|' on line",
	} {
		got, err := run("DeviceLogonEvents | " + query + map[bool]string{true: "\n| "}[query != ""] + "count")
		if text := fmt.Sprint(got.Rows); err == nil && text != want || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %s, %v, want %s", query, text, err, want)
		}
	}
	for query, want := range map[string]string{
		"top 1 by Size | project DeviceName, Bytes = Size":                            "DeviceName Bytes [[CTN-0003.contoso.example 9]]",
		"summarize count() by AccountName | order by count_, AccountName asc":         "AccountName count_ [[reid 2] [Ito.S 1] [ito.s 1]]",
		"summarize N = count(), dcount(AccountName), max(Size) by Succeeded":          "Succeeded N dcount_AccountName max_Size [[true 3 2 9] [false 1 1 5]]",
		"summarize arg_max(Timestamp, *) by DeviceName | project Size | sort by Size": "Size [[9] [5] [3]]",
		"distinct AccountName | take 2":                                               "AccountName [[Ito.S] [ito.s]]",
		"summarize count()":                                                           "count_ [[4]]",
	} {
		got, err := run("DeviceLogonEvents\n| " + query)
		var names []string
		for _, c := range got.Columns {
			names = append(names, c.Name)
		}
		if text := strings.Join(names, " ") + " " + fmt.Sprint(got.Rows); err != nil || text != want {
			t.Errorf("%s: %s, %v", query, text, err)
		}
	}
	if _, err := run("Nothing | count"); err == nil || !strings.Contains(err.Error(), "'Nothing'") {
		t.Errorf("unknown table: %v", err)
	}
}

// FuzzRun: whatever is written is run or refused.
func FuzzRun(f *testing.F) {
	for _, q := range []string{"DeviceLogonEvents | where a == 'b'", "DeviceLogonEvents | summarize x=max(Size),count() by Succeeded | top 3 by x", "'", "@", "!", "DeviceLogonEvents | project a=", "DeviceLogonEvents | distinct Size, Size"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		got, err := run(query)
		for _, row := range got.Rows {
			if err != nil || len(row) != len(got.Columns) {
				t.Fatalf("%q: %v, %v, %v", query, got.Columns, row, err)
			}
		}
	})
}

func TestQuota(t *testing.T) {
	var q Quota
	for range perMinute {
		if q.Take("a", noon.Add(time.Second)) != 0 {
			t.Fatal("too early")
		}
	}
	if wait := q.Take("a", noon.Add(20*time.Second)); wait != 40*time.Second || q.Take("b", noon) != 0 || q.Take("a", noon.Add(time.Minute)) != 0 {
		t.Errorf("wait %v", wait)
	}
	for s, want := range map[string]time.Duration{"": Usual, "P7D": 7 * 24 * time.Hour, "PT12H": 12 * time.Hour, "P90D": Usual, "P": 0, "7D": 0, "P-1D": 0, "PxD": 0} {
		if got, ok := Within(s); got != want || ok != (want > 0) {
			t.Errorf("%q: %v", s, got)
		}
	}
}
