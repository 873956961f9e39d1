package entra

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/tenantry/tenantry/internal/tenant"
)

const (
	maxDocument = 64 << 10
	maxKeys     = 256 << 10
	maxToken    = 256 << 10
	tries       = 3
)

// waiter waits, or says that the context ended first.
type waiter func(ctx context.Context, d time.Duration) error

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// get reads a small document and gives status and body. Redirects are not followed.
func (c *Client) get(ctx context.Context, address string, limit int64) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, noAnswer(err)
	}
	req.Header.Set("Accept", "application/json")
	return c.send(req, limit)
}

func (c *Client) send(req *http.Request, limit int64) (*http.Response, []byte, error) {
	res, err := c.http.Do(req)
	if err != nil {
		return nil, nil, noAnswer(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, nil, noAnswer(err)
	}
	if int64(len(body)) > limit {
		return nil, nil, nonsense(res.StatusCode, "the answer is larger than any that Entra gives")
	}
	return res, body, nil
}

// answer is a token endpoint's success. Numbers are integers on the v2 endpoint.
type answer struct {
	TokenType    string `json:"token_type"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
	Scope        string `json:"scope"`
	ExpiresIn    int64  `json:"expires_in"`
}

// redeem asks the tenant's token endpoint as a registration, with its credential, and tries again after what passes by itself. A refusal is final:
// it is never taken to another tenant.
func (c *Client) redeem(ctx context.Context, as Registration, tid tenant.ID, form url.Values) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	for try := 1; ; try++ {
		a, err := c.redeemOnce(ctx, as, tid, form)
		var e *Error
		if err == nil || !errors.As(err, &e) || !e.Transient() || try == tries {
			return a, err
		}
		pause := e.RetryAfter
		if pause == 0 {
			pause = time.Duration(try)*400*time.Millisecond + rand.N(300*time.Millisecond)
		}
		// A long Retry-After is passed up: whoever called knows better what to do with the time.
		if until, ok := ctx.Deadline(); pause > 8*time.Second || ok && time.Until(until) < pause || c.wait(ctx, pause) != nil {
			return answer{}, err
		}
	}
}

func (c *Client) redeemOnce(ctx context.Context, as Registration, tid tenant.ID, form url.Values) (answer, error) {
	address := c.tokenURL(tid)
	form.Set("client_id", as.ClientID)
	if err := as.Credential.add(form, as.ClientID, address, c.now()); err != nil {
		return answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, noAnswer(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("client-request-id", uuid.NewString())
	res, body, err := c.send(req, maxToken)
	if err != nil {
		return answer{}, err
	}
	if res.StatusCode != http.StatusOK {
		return answer{}, answerError(res, body, c.now())
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return answer{}, nonsense(res.StatusCode, "the token answer is not the JSON that Entra gives")
	}
	if a.AccessToken == "" || !strings.EqualFold(a.TokenType, "Bearer") || a.ExpiresIn <= 0 {
		return answer{}, nonsense(res.StatusCode, "the token answer holds no bearer token")
	}
	return a, nil
}
