package webtest

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Visitor is a person with a browser that runs no script: it keeps cookies, follows redirects, and sends forms as they stand on the page.
type Visitor struct {
	T       testing.TB
	Base    string // origin of the portal; paths are below it
	HTTP    *http.Client
	Headers http.Header // sent with each request
}

// NewVisitor is somebody who was never here.
func NewVisitor(t testing.TB, base string) *Visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &Visitor{T: t, Base: base, HTTP: &http.Client{Jar: jar}, Headers: http.Header{"Accept": {"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}}}
	t.Cleanup(v.HTTP.CloseIdleConnections)
	return v
}

// Still is the same person, who looks at redirects instead of following them.
func (v *Visitor) Still() *Visitor {
	c := *v.HTTP
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Visitor{T: v.T, Base: v.Base, HTTP: &c, Headers: v.Headers}
}

// With is the same person, whose requests carry a header.
func (v *Visitor) With(name, value string) *Visitor {
	h := v.Headers.Clone()
	h.Set(name, value)
	return &Visitor{T: v.T, Base: v.Base, HTTP: v.HTTP, Headers: h}
}

// Get opens a path of the portal, or an absolute address.
func (v *Visitor) Get(to string) *Document {
	v.T.Helper()
	return v.Do(http.MethodGet, to, nil)
}

// Post sends a form to a path as the portal's own pages would.
func (v *Visitor) Post(to string, form url.Values) *Document {
	v.T.Helper()
	return v.With("Content-Type", "application/x-www-form-urlencoded").With("Sec-Fetch-Site", "same-origin").Do(http.MethodPost, to, strings.NewReader(form.Encode()))
}

// Do sends any request.
func (v *Visitor) Do(method, to string, body io.Reader) *Document {
	v.T.Helper()
	if strings.HasPrefix(to, "/") {
		to = v.Base + to
	}
	req, err := http.NewRequestWithContext(v.T.Context(), method, to, body)
	if err != nil {
		v.T.Fatal(err)
	}
	req.Header = v.Headers.Clone()
	res, err := v.HTTP.Do(req)
	if err != nil {
		v.T.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.T.Fatalf("%s %s: %v", method, to, err)
	}
	d := &Document{Status: res.StatusCode, URL: res.Request.URL, Header: res.Header, Body: b}
	if d.Root, err = html.Parse(bytes.NewReader(b)); err != nil {
		v.T.Fatalf("%s %s: %v", method, to, err)
	}
	return d
}

// JSON reads the JSON twin of a path into a value of type T, and fails the test for any status but 200.
func JSON[T any](v *Visitor, to string) T {
	v.T.Helper()
	d := v.With("Accept", "application/json").Get(to)
	var out T
	if d.Status != http.StatusOK {
		v.T.Fatalf("JSON of %s: status %d: %.300s", to, d.Status, d.Body)
	}
	if err := json.Unmarshal(d.Body, &out); err != nil {
		v.T.Fatalf("JSON of %s: %v", to, err)
	}
	return out
}

// List is the JSON twin of a list.
type List struct {
	Rows  []map[string]any `json:"rows"`
	Count int64            `json:"count"`
	Next  string           `json:"next"`
	AsOf  string           `json:"as_of"`
}

// Document is a page as it came.
type Document struct {
	Status int
	URL    *url.URL
	Header http.Header
	Body   []byte
	Root   *html.Node
}

// All walks the elements that match.
func (d *Document) All(match func(*html.Node) bool) iter.Seq[*html.Node] { return all(d.Root, match) }

func all(root *html.Node, match func(*html.Node) bool) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && match(n) && !yield(n) {
				return
			}
		}
	}
}

// Tag matches elements by name.
func Tag(names ...string) func(*html.Node) bool {
	return func(n *html.Node) bool { return slices.Contains(names, n.Data) }
}

// Attr is an attribute's value, or "".
func Attr(n *html.Node, name string) string {
	v, _ := attr(n, name)
	return v
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// Text is what a person reads in an element, with single spaces.
func Text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && c.Parent.Data != "script" && c.Parent.Data != "style" {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Heading is the text of the page's h1, or "".
func (d *Document) Heading() string {
	for n := range d.All(Tag("h1")) {
		return Text(n)
	}
	return ""
}

// Text is the page's text.
func (d *Document) Text() string {
	for n := range d.All(Tag("body")) {
		return Text(n)
	}
	return ""
}

// Link is a link of a page, or one in its head.
type Link struct {
	Text string
	URL  *url.URL
	Rel  string
	Node *html.Node
}

// Links are all links that lead to a page.
func (d *Document) Links() []Link {
	var found []Link
	for n := range d.All(Tag("a", "link")) {
		href, ok := attr(n, "href")
		to, err := d.URL.Parse(href)
		if ok && err == nil {
			found = append(found, Link{Text: Text(n), URL: to, Rel: Attr(n, "rel"), Node: n})
		}
	}
	return found
}

// Link finds the link with that text.
func (d *Document) Link(text string) (Link, bool) {
	for _, l := range d.Links() {
		if l.Text == text {
			return l, true
		}
	}
	return Link{}, false
}

// Next is the address of the following page of a list, or "".
func (d *Document) Next() string {
	for _, l := range d.Links() {
		if l.Rel == "next" {
			return l.URL.RequestURI()
		}
	}
	return ""
}

// Form is a form as a browser would send it.
type Form struct {
	Method  string
	Action  *url.URL
	Values  url.Values // what is sent when nobody changes anything
	Buttons []Button
	Node    *html.Node
}

// Button is one that sends its form.
type Button struct {
	Text, Name, Value string
	Disabled          bool
}

// Forms are the page's forms.
func (d *Document) Forms() []Form {
	var found []Form
	for n := range d.All(Tag("form")) {
		f := Form{Method: strings.ToUpper(Attr(n, "method")), Values: url.Values{}, Node: n}
		if f.Method == "" {
			f.Method = http.MethodGet
		}
		f.Action, _ = d.URL.Parse(Attr(n, "action"))
		if Attr(n, "action") == "" || f.Action == nil {
			f.Action = d.URL
		}
		f.read(n)
		found = append(found, f)
	}
	return found
}

func (f *Form) read(n *html.Node) {
	for c := range all(n, Tag("input", "select", "textarea", "button")) {
		name, kind := Attr(c, "name"), Attr(c, "type")
		_, off := attr(c, "disabled")
		_, checked := attr(c, "checked")
		switch {
		case c.Data == "button" && (kind == "" || kind == "submit"), c.Data == "input" && kind == "submit":
			f.Buttons = append(f.Buttons, Button{Text: Text(c), Name: name, Value: Attr(c, "value"), Disabled: off})
		case c.Data == "button" || name == "" || off || (kind == "checkbox" || kind == "radio") && !checked:
		case c.Data == "select":
			f.Values.Add(name, chosen(c))
		case c.Data == "textarea":
			f.Values.Add(name, Text(c))
		default:
			f.Values.Add(name, Attr(c, "value"))
		}
	}
}

// chosen is the value of the option that a select shows.
func chosen(n *html.Node) string {
	first, value := true, ""
	for o := range all(n, Tag("option")) {
		v, ok := attr(o, "value")
		if !ok {
			v = Text(o)
		}
		if _, selected := attr(o, "selected"); selected || first {
			value, first = v, false
			if selected {
				return value
			}
		}
	}
	return value
}

// Form finds the form with a field or button of that name, or nil.
func (d *Document) Form(name string) *Form {
	for _, f := range d.Forms() {
		for c := range all(f.Node, Tag("input", "select", "textarea", "button")) {
			if Attr(c, "name") == name {
				return &f
			}
		}
	}
	return nil
}

// FormTo finds the form that is sent to a path, or nil.
func (d *Document) FormTo(path string) *Form {
	for _, f := range d.Forms() {
		if f.Action.Path == path {
			return &f
		}
	}
	return nil
}

// Send sends a form with some fields changed: pairs of name and value. A browser says where the form stood.
func (v *Visitor) Send(from *Document, f *Form, changed ...string) *Document {
	v.T.Helper()
	if f == nil {
		v.T.Fatalf("%s (%d, %q) has no such form", from.URL, from.Status, from.Heading())
	}
	values := url.Values{}
	for name, list := range f.Values {
		values[name] = slices.Clone(list)
	}
	for i := 0; i+1 < len(changed); i += 2 {
		values.Set(changed[i], changed[i+1])
	}
	if f.Method == http.MethodGet {
		to := *f.Action
		to.RawQuery = values.Encode()
		return v.Get(to.String())
	}
	site := "same-origin"
	if from.URL.Host != f.Action.Host {
		site = "cross-site"
	}
	return v.With("Content-Type", "application/x-www-form-urlencoded").With("Sec-Fetch-Site", site).
		With("Origin", from.URL.Scheme+"://"+from.URL.Host).Do(http.MethodPost, f.Action.String(), strings.NewReader(values.Encode()))
}

// Follow clicks the link with that text.
func (v *Visitor) Follow(d *Document, text string) *Document {
	v.T.Helper()
	l, ok := d.Link(text)
	if !ok {
		v.T.Fatalf("%s (%d, %q) has no link %q", d.URL, d.Status, d.Heading(), text)
	}
	return v.Get(l.URL.String())
}

// AtMicrosoft goes through Microsoft's pages as the account, until the portal is back: types it, its password, and decides ("accept" or
// "cancel") where consent is asked. It ends early on a page without a form, which is a refusal.
func (v *Visitor) AtMicrosoft(d *Document, account, password, decision string) *Document {
	v.T.Helper()
	for range 6 {
		switch {
		case strings.HasPrefix(d.URL.String(), v.Base+"/"):
			return d
		case d.Form("loginfmt") != nil:
			d = v.Send(d, d.Form("loginfmt"), "loginfmt", account)
		case d.Form("passwd") != nil:
			d = v.Send(d, d.Form("passwd"), "passwd", password)
		case d.Form("decision") != nil:
			d = v.Send(d, d.Form("decision"), "decision", decision)
		default:
			return d
		}
	}
	v.T.Fatalf("Microsoft's pages do not end: %s %.200s", d.URL, d.Text())
	return nil
}
