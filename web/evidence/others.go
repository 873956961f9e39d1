package evidence

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// other is another registration of the partner's that the tenant knows, or may know.
type other struct {
	Name    string     `json:"name"` // "": the partner offers it no more
	AppID   string     `json:"application_id"`
	Granted []string   `json:"granted"`
	Since   *time.Time `json:"first_seen"` // null: no look has told yet
	ReadAt  *time.Time `json:"read_at"`
	Unread  bool       `json:"unread"` // the latest look told nothing
}

func (h *Handler) others(ctx context.Context, found []consent.Other) ([]other, error) {
	rows := []other{}
	if len(found) == 0 {
		return rows, nil
	}
	offered, err := h.Consent.Offered(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range found {
		row := other{AppID: cmp.Or(o.AppID, o.ClientID), Granted: []string{}, Since: page.Moment(o.FirstSeen), ReadAt: page.Moment(o.ReadAt), Unread: o.Problem != ""}
		if i := slices.IndexFunc(offered, func(r consent.Registration) bool { return r.ClientID == o.ClientID }); i >= 0 {
			row.Name = offered[i].Name
		}
		for _, p := range slices.Concat[[]permission.Permission](o.Application, o.Delegated) {
			row.Granted = append(row.Granted, p.Name)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (v view) others() ui.Table {
	w, c := v.words, v.words.grantColumns
	t := ui.Table{Caption: v.text(w.othersTitle), Inset: true, Columns: []ui.Column{
		{Key: "name", Label: w.otherColumns[0], Width: 260}, {Key: "granted", Label: w.otherColumns[1], Phone: "line"},
		{Key: "since", Label: c[2], Kind: ui.KindTime, Width: 150}, {Key: "seen", Label: c[3], Kind: ui.KindTime, Width: 150},
	}}
	for _, o := range v.Others {
		said := cmp.Or(strings.Join(o.Granted, ", "), w.nothing)
		var since, seen time.Time
		switch {
		case o.Since == nil:
			said = w.otherUnread
		case o.Unread:
			said += " " + w.otherBlind
		}
		if o.Since != nil {
			since = *o.Since
		}
		if o.ReadAt != nil {
			seen = *o.ReadAt
		}
		t.Rows = append(t.Rows, ui.Row{Name: cmp.Or(o.Name, w.otherEarlier+" "+o.AppID), Cells: []ui.Cell{ui.TextCell(said), v.moment(since), v.moment(seen)}})
	}
	return t
}
