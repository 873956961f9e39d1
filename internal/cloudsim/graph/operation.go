package graph

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// area is the service behind a path: it decides the wording of refusals and what happens to options it does not know.
type area int

const (
	directory area = iota // Microsoft Entra ID
	intune
	synchronization
	auditLog
	security // Microsoft Defender XDR
)

// versions in which an operation exists.
type versions int

const (
	v1   versions = 1
	beta versions = 2
	both          = v1 | beta
)

// operation is one line of the table.
type operation struct {
	method   string
	path     string // with {…} for keys
	versions versions
	area     area
	allow    permissions
	roles    []string // display names of directory roles, any of which a delegated caller needs; none: no role is needed
	right    string   // the action of an Intune role that does instead of a directory role; "" for none
	self     bool     // the caller's own data: only with a user
	options  options
	page     pageSize
	handle   func(*call) error
}

// permissions that open an operation, any one of them.
type permissions struct{ delegated, application []string }

// same is for operations with equal names of delegated and application permissions.
func same(names ...string) permissions { return permissions{names, names} }

// anyToken asks for nothing but a valid token.
var anyToken = permissions{}

func (p permissions) orDelegated(names ...string) permissions {
	p.delegated = append(slices.Clone(p.delegated), names...)
	return p
}

// pageSize is the default and the largest page. Above the largest the directory refuses and Intune gives the largest.
type pageSize struct{ usual, most int }

var (
	directoryPage = pageSize{100, 999}
	intunePage    = pageSize{1000, 1000}
)

// node is a segment of the tree of paths.
type node struct {
	literal map[string]*node // by lower-case segment
	key     *node
	ops     []*operation
}

func newTree(list []operation) *node {
	root := &node{}
	for i := range list {
		op := &list[i]
		n := root
		for _, seg := range strings.Split(strings.Trim(op.path, "/"), "/") {
			n = n.child(seg)
		}
		n.ops = append(n.ops, op)
	}
	return root
}

func (n *node) child(seg string) *node {
	if strings.HasPrefix(seg, "{") {
		if n.key == nil {
			n.key = &node{}
		}
		return n.key
	}
	if n.literal == nil {
		n.literal = map[string]*node{}
	}
	seg = strings.ToLower(seg)
	if n.literal[seg] == nil {
		n.literal[seg] = &node{}
	}
	return n.literal[seg]
}

// route finds the operation. Keys may stand in a segment of their own or in parentheses: users/{id}, users('{id}').
func (c *call) route(escaped string) error {
	n := c.s.root
	for _, seg := range strings.Split(strings.Trim(escaped, "/"), "/") {
		text, err := url.PathUnescape(seg)
		if err != nil {
			return badRequest("Invalid URL segment.")
		}
		name, key, keyed := splitKey(text)
		if next := n.literal[strings.ToLower(name)]; next != nil {
			n = next
			if !keyed {
				continue
			}
			if n.key == nil {
				return notFoundSegment(name)
			}
			n, c.keys = n.key, append(c.keys, key)
			continue
		}
		if n.key == nil || text == "" {
			return notFoundSegment(name)
		}
		n, c.keys = n.key, append(c.keys, strings.Trim(text, "'"))
	}
	return c.choose(n, escaped)
}

func (c *call) choose(n *node, escaped string) error {
	have := v1
	if c.beta {
		have = beta
	}
	other := false
	for _, op := range n.ops {
		if op.versions&have == 0 {
			continue
		}
		if op.method == c.r.Method {
			c.op = op
			return nil
		}
		other = true
	}
	if other {
		return &refusal{
			status: http.StatusMethodNotAllowed, code: "Request_BadRequest",
			message: "Specified HTTP method is not allowed for the request target.",
		}
	}
	segs := strings.Split(strings.Trim(escaped, "/"), "/")
	last, _ := url.PathUnescape(segs[len(segs)-1])
	name, _, _ := splitKey(last)
	return notFoundSegment(name)
}

// splitKey takes "name('key')" apart. A function-like key such as (appId='…') keeps its name.
func splitKey(seg string) (name, key string, keyed bool) {
	open := strings.IndexByte(seg, '(')
	if open <= 0 || !strings.HasSuffix(seg, ")") {
		return seg, "", false
	}
	key = seg[open+1 : len(seg)-1]
	if strings.HasPrefix(key, "'") {
		key = strings.Trim(key, "'")
	}
	return seg[:open], key, true
}

// alternate reads a key such as appId='…' or roleTemplateId=….
func alternate(key, name string) (string, bool) {
	n, v, ok := strings.Cut(key, "=")
	if !ok || !strings.EqualFold(n, name) {
		return "", false
	}
	return strings.Trim(v, "'"), true
}
