package leaver

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Acts closes doors in the partner's own tenant as the signed-in person. Each act is recorded, and read back from Microsoft.
type Acts struct {
	Who   graph.Acting
	Graph *graph.Client // reads back by the portal's own sign-in, which cannot change anything
	Store *Store
	Audit *audit.Store
	Now   func() time.Time
	// Changed asks for a read of the groups and of what they open, which is what ticks the door off; nil: it waits for the next.
	Changed func(ctx context.Context, home tenant.ID)
}

// Person is who leaves.
type Person struct {
	Staff  int64
	UPN    string
	Object string // id of the account in the partner's tenant
}

// LeaveGroup takes the person out of a group of the partner's tenant, and says what the group had when it was read back.
func (a *Acts) LeaveGroup(ctx context.Context, by tenant.Person, requestID string, who Person, group string) (said string, err error) {
	left, failed := graph.Leave(ctx, a.Who, a.Store.home, group, who.Object)
	if left.Sent() {
		ending, detail := left.Record(failed)
		detail["group"] = group
		if err := a.record(ctx, by, requestID, "staff.left.group"+ending, who, detail); err != nil {
			return "", errors.Join(err, failed)
		}
	}
	if failed != nil {
		return "", graph.Deed{
			Needs: "the directory role User Administrator in your tenant, or Privileged Role Administrator where the group holds a directory role",
			Look:  "Look at the group in Microsoft Entra", Gone: "The group is gone, or the account is not in it any more.",
		}.Refusal(failed)
	}
	if a.Changed != nil {
		a.Changed(ctx, a.Store.home)
	}
	return left.Said(who.UPN), nil
}

// endSessions is the delegated permission that ends sign-ins (Microsoft Graph, user: revokeSignInSessions). Of guests nothing ends: they sign in at
// home, so that it is done there and nowhere else.
const endSessions = "User.RevokeSessions.All"

// EndSessions makes every sign-in of the person in the partner's tenant start anew, and keeps from when on sessions count there.
func (a *Acts) EndSessions(ctx context.Context, by tenant.Person, requestID string, who Person) error {
	p, err := a.Who.As(ctx, a.Store.home, endSessions)
	if err != nil {
		return err
	}
	path := "/users/" + url.PathEscape(who.Object)
	type answer struct {
		Done *bool `json:"value"`
	}
	done, failed := graph.Send[answer](ctx, p, graph.Change{Method: http.MethodPost, Path: path + "/revokeSignInSessions"})
	if failed == nil && done.Value.Done != nil && !*done.Value.Done {
		failed = errs.ShowNext(errs.Unavailable, "Microsoft took the request and said that the sign-ins were not ended.", "Try again.")
	}
	ending, detail := done.Record(failed)
	kept := Sessions{EndedAt: a.Now(), EndedBy: by.UPN, Request: done.RequestID}
	if failed == nil {
		kept.ValidFrom = a.validFrom(ctx, path)
		detail["sessions_valid_from"] = kept.ValidFrom
	}
	if err := a.record(ctx, by, requestID, "staff.left.sessions"+ending, who, detail); err != nil {
		return errors.Join(err, failed)
	}
	if failed != nil {
		return graph.Deed{
			Needs: "the directory role User Administrator or Helpdesk Administrator in your tenant, or Privileged Authentication Administrator where the person holds a directory role",
			Look:  "Look at the account’s sign-ins in Microsoft Entra", Gone: "The account is not in your directory any more.",
		}.Refusal(failed)
	}
	return a.Store.sessionsEnded(context.WithoutCancel(ctx), who.Staff, kept)
}

// validFrom reads from when on the account's sessions count; zero: that cannot be read now.
func (a *Acts) validFrom(ctx context.Context, path string) time.Time {
	type account struct {
		From graph.Time `json:"signInSessionsValidFromDateTime"`
	}
	now, err := graph.Get[account](ctx, a.Graph, a.Store.home, path, graph.Query{Select: []string{"id", "signInSessionsValidFromDateTime"}})
	if err != nil {
		return time.Time{}
	}
	return now.From.Time
}

func (a *Acts) record(ctx context.Context, by tenant.Person, requestID, action string, who Person, detail map[string]any) error {
	return a.Audit.Keep(ctx, a.Store.home, by, audit.Entry{Action: action, Object: who.UPN, RequestID: requestID, Detail: detail})
}
