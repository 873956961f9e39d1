package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

func (b *bench) signIn(ctx context.Context) (err error) {
	if b.owner, err = signIn(ctx, b.origin, person(b.cloud.World, "Owner", 0)); err != nil {
		return err
	}
	b.few, err = signIn(ctx, b.origin, person(b.cloud.World, "Technician", 0))
	return err
}

// signIn goes through Microsoft's pages as the person, and is then known to the portal.
func signIn(ctx context.Context, origin string, u *world.User) (*http.Client, error) {
	return signInAs(ctx, origin, u.HomeTenantID, u.SignInName, u.Password)
}

func signInAs(ctx context.Context, origin, tenant, account, password string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: clients, MaxConnsPerHost: 0}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, origin+"/signin?tenant="+tenant, nil)
	if err != nil {
		return nil, err
	}
	for range 6 {
		res, err := c.Do(req)
		if err != nil {
			return nil, err
		}
		root, err := html.Parse(res.Body)
		res.Body.Close()
		if err != nil {
			return nil, err
		}
		at := res.Request.URL
		if strings.HasPrefix(at.String(), origin+"/") {
			if res.StatusCode != http.StatusOK {
				return nil, fmt.Errorf("sign-in of %s ended at %s with %s", account, at.Path, res.Status)
			}
			return c, nil
		}
		if req, err = fill(ctx, at, root, map[string]string{"loginfmt": account, "passwd": password, "decision": "accept"}); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("Microsoft's pages do not end")
}

// fill sends the first form of a page with what is known of its fields.
func fill(ctx context.Context, at *url.URL, root *html.Node, known map[string]string) (*http.Request, error) {
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		values := url.Values{}
		for c := range n.Descendants() {
			if name := attr(c, "name"); name != "" {
				values.Set(name, attr(c, "value"))
				if v, ok := known[name]; ok {
					values.Set(name, v)
				}
			}
		}
		to, err := at.Parse(attr(n, "action"))
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), strings.NewReader(values.Encode()))
		if err == nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return req, err
	}
	return nil, errors.New("no form at " + at.Path)
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// get is the body of a page that must answer 200.
func get(c *http.Client, address string) ([]byte, error) {
	res, err := c.Get(address)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", address, res.Status)
	}
	return body, err
}
