package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Person is Graph in one tenant as a signed-in person sees it, called with that person's own delegated token. Everything that changes
// something goes this way: the portal's own token can only read, and the tenant's log then names the person.
type Person struct {
	c       *Client
	tid     tenant.ID
	token   string
	account string
}

// As gives Graph in the tenant for the person whose access token this is.
func (c *Client) As(tid tenant.ID, token string) Person { return Person{c: c, tid: tid, token: token} }

// By names the account that the token is of.
func (p Person) By(account string) Person {
	p.account = account
	return p
}

// Account is who the tenant's log names; empty where it is not known.
func (p Person) Account() string { return p.account }

// Tenant is where the person acts.
func (p Person) Tenant() tenant.ID { return p.tid }

// ListAs is List with the person's token.
func ListAs[T any](ctx context.Context, p Person, path string, q Query) (found []T, err error) {
	q.Token = p.token
	for v, err := range List[T](ctx, p.c, p.tid, path, q) {
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	return found, nil
}

// GetAs is Get with the person's token.
func GetAs[T any](ctx context.Context, p Person, path string, q Query) (T, error) {
	q.Token = p.token
	return Get[T](ctx, p.c, p.tid, path, q)
}

// Change is one thing to change.
type Change struct {
	Method   string // POST, PATCH, PUT or DELETE
	Version  string // v1.0 (default) or beta
	Path     string // values in it escaped by url.PathEscape
	Body     any    // sent as JSON; nil: no body
	IfMatch  string // the @odata.etag that GDAP's PATCH and DELETE demand
	Approval string // approval code of a change that Intune's second administrator has agreed to
	Secret   bool   // Body holds one: what Microsoft says of it in words is dropped, and not even a throttled change is sent again
}

// Changed is how a change was taken.
type Changed[T any] struct {
	Value     T // what Graph gave back; zero for 202 and 204
	RequestID string
	ClientID  string
}

// Record is what an audit keeps of a change and of how it ended: the ending of the action's name ("" where it was done, ".failed", ".unknown")
// and Microsoft's ids and code.
func (c Changed[T]) Record(failed error) (ending string, detail map[string]any) {
	detail = map[string]any{"graph_request_id": c.RequestID, "graph_client_request_id": c.ClientID}
	var refused *Error
	if errors.As(failed, &refused) {
		detail["kind"], detail["code"] = string(refused.Kind), refused.Code
	}
	switch {
	case refused != nil && refused.Unknown:
		ending = ".unknown"
	case failed != nil:
		ending = ".failed"
	}
	return ending, detail
}

// Send makes the change once. It is repeated only after 429, which says that nothing was done. Every other failure is the caller's to
// judge: Error.Unknown tells that the change may have been done although no good answer came, and then only reading back helps.
func Send[T any](ctx context.Context, p Person, ch Change) (Changed[T], error) {
	done, body, err := send[T](ctx, p, ch, 0)
	if err != nil || len(body) == 0 {
		return done, err
	}
	if err := json.Unmarshal(body, &done.Value, lenient); err != nil {
		done.Value = fieldByField[T](body) // it was done; what can be read of the answer is kept
	}
	return done, nil
}

// Ask posts a question whose answer is a whole one or none: a POST that only reads. It waits longer than other calls do.
func Ask[T any](ctx context.Context, p Person, ch Change, patience time.Duration) (Changed[T], error) {
	done, body, err := send[T](ctx, p, ch, patience)
	if err != nil {
		return done, err
	}
	if err := json.Unmarshal(body, &done.Value, lenient); err != nil {
		return done, &Error{Kind: BadAnswer, Status: http.StatusOK, Message: err.Error(), RequestID: done.RequestID, ClientRequestID: done.ClientID, Method: ch.Method, Delegated: true, path: ch.Path, cause: err}
	}
	return done, nil
}

// send makes the call; with patience it is a question, otherwise a change.
func send[T any](ctx context.Context, p Person, ch Change, patience time.Duration) (done Changed[T], body []byte, err error) {
	k := &call{patience: patience, tid: p.tid, token: p.token, method: ch.Method, url: p.c.resolve(ch.Version, ch.Path, nil), header: http.Header{}, secret: ch.Secret}
	if ch.IfMatch != "" {
		k.header.Set("If-Match", ch.IfMatch)
	}
	if ch.Approval != "" {
		k.header.Set("x-msft-approval-code", ch.Approval)
	}
	if ch.Body != nil {
		if k.body, err = json.Marshal(ch.Body); err != nil {
			return done, nil, fmt.Errorf("body for %s: %w", ch.Path, err)
		}
	}
	body, err = p.c.sendChange(ctx, k)
	done.RequestID, done.ClientID = k.requestID, k.clientID
	return done, body, err
}

// triesChange is how often a change that was throttled is sent again, by the person's patience rather than the schedule's.
const triesChange = 3

func (c *Client) sendChange(ctx context.Context, k *call) ([]byte, error) {
	p := c.newPace() // a person's own call is paced by the person
	for try := 1; ; try++ {
		body, err := c.once(ctx, p, k)
		var e *Error
		switch {
		case err == nil:
			return body, nil
		case errors.As(err, &e) && e.Kind == Throttled && try < triesChange && !k.secret && e.RetryAfter <= c.opts.Timeout:
			if err := c.wait(ctx, k, e, try); err != nil {
				return nil, err
			}
		default:
			if errors.As(err, &e) {
				if k.secret {
					e.hide()
				}
				e.Unknown = c.changes(k) && (e.Kind == Unavailable || e.Kind == Timeout || e.Kind == BadAnswer)
			}
			return nil, err
		}
	}
}

// changes tells a call that may change something: all but a GET, a report and a question, which are posted but only read.
func (c *Client) changes(k *call) bool {
	return k.patience == 0 && k.method != "" && k.method != http.MethodGet && !(k.method == http.MethodPost && c.isReport(k.url))
}

// readChanged reads the answer to a change. It may be empty (202, 204), and one that breaks off takes nothing back.
func (c *Client) readChanged(ctx context.Context, res *http.Response, k *call) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(res.Body, c.opts.PageBytes))
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return body, nil
}

// Acting finds the signed-in person behind a context, for services that change something. tenant.SignInNeeded: the person has no open
// sign-in at that tenant. errs.Forbidden: the tenant has not consented to one of the scopes (named without a resource: User.Invite.All).
type Acting interface {
	As(ctx context.Context, tid tenant.ID, scopes ...string) (Person, error)
}
