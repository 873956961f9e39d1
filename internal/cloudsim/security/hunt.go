package security

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/hunting"
)

// hunt runs a query (Microsoft Defender XDR, advanced hunting API). The answer spells its names with capitals, unlike Graph.
func (s *server) hunt(w http.ResponseWriter, r *http.Request) {
	token, t, ok := s.authorize(w, r, []string{"AdvancedHunting.Read", "AdvancedHunting.Read.All"})
	if !ok {
		return
	}
	var asked struct{ Query string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&asked); err != nil {
		refuse(w, http.StatusBadRequest, "BadRequest", "The body is not valid.")
		return
	}
	if !holds(token, readers) {
		refuse(w, http.StatusForbidden, "Forbidden", "The user is not authorized by a role.")
		return
	}
	now := s.w.Clock.Now()
	if wait := s.hunts.Take(t.ID, now); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		refuse(w, http.StatusTooManyRequests, "TooManyRequests", hunting.Exhausted)
		return
	}
	if _, ok := s.w.Faults.Active("huntsTooLong", t.ID); ok {
		refuse(w, http.StatusBadRequest, "BadRequest", hunting.TooLong)
		return
	}
	var found hunting.Table
	var err error
	s.w.View(func() { found, err = hunting.Run(asked.Query, s.hunted(t), now, hunting.Usual) })
	if err != nil {
		refuse(w, http.StatusBadRequest, "BadRequest", err.Error())
		return
	}
	schema, rows := []any{}, []any{}
	for _, c := range found.Columns {
		schema = append(schema, map[string]string{"Name": c.Name, "Type": c.Type})
	}
	for _, row := range found.Rows {
		one := map[string]any{}
		for i, c := range found.Columns {
			one[c.Name] = row[i]
		}
		rows = append(rows, one)
	}
	send(w, http.StatusOK, map[string]any{"Stats": map[string]any{"ExecutionTime": time.Second.Seconds(), "dataset_statistics": []any{map[string]any{"table_row_count": len(rows)}}}, "Schema": schema, "Results": rows})
}
