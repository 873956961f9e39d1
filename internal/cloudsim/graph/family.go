package graph

import (
	"net/http"
	"slices"
	"strings"
)

// family is a small collection of Intune with the reads that hang on its members: the list, one member by its id, and what the
// member is related to. Whatever is made per member comes from members; a relation is a member of the object, of type related.
type family struct {
	path      string // below the version, without a slash at its start
	kind      string
	versions  versions
	allow     permissions
	options   options  // of the list, beside $select, $top and $skip. What is not named is ignored, as Intune does
	relations []string // paths below a member; "a/{key}/b" for a relation of a related object
	page      pageSize // zero: Intune's usual
	members   func(*call) []object
	refuse    func(*call) error // nil, or what stands before all of it
}

// related is what an object is related to: several objects, some of a computed collection, or one. It is only made when it is asked
// for, by its own path or by $expand.
type related struct {
	kind  string
	n     func() int
	at    func(i int) object
	match func(i int) bool // nil: all
	one   func() object
}

func many(kind string, items func() []object) related {
	var made []object
	done := false
	get := func() []object {
		if !done {
			made, done = items(), true
		}
		return made
	}
	return related{kind: kind, n: func() int { return len(get()) }, at: func(i int) object { return get()[i] }}
}

func single(kind string, item func() object) related { return related{kind: kind, one: item} }

// listed are the related objects, all of them.
func (r related) listed() []object {
	items := []object{}
	for i := range r.n() {
		if r.match == nil || r.match(i) {
			items = append(items, r.at(i))
		}
	}
	return items
}

func (f family) operations() []operation {
	page := f.page
	if page.most == 0 {
		page = intunePage
	}
	op := func(path string, o options, p pageSize, h func(*call) error) operation {
		if f.refuse != nil {
			handle := h
			h = func(c *call) error {
				if err := f.refuse(c); err != nil {
					return err
				}
				return handle(c)
			}
		}
		return operation{method: http.MethodGet, path: "/" + f.path + path, versions: f.versions, area: intune, allow: f.allow, roles: intuneReaders, options: o, page: p, handle: h}
	}
	ops := []operation{
		op("", oSelect|oTop|oSkip|oCount|f.options, page, f.list),
		op("/{id}", oSelect|oExpand&f.options, pageSize{}, f.get),
	}
	for _, r := range f.relations {
		ops = append(ops, op("/{id}/"+r, oSelect|oTop|oSkip|oExpand&f.options, page, f.relation(r)))
		if _, nested, _ := strings.Cut(r, "/"); nested == "" {
			ops = append(ops, op("/{id}/"+r+"/{key}", oSelect|oExpand&f.options, pageSize{}, f.relation(r)))
		}
	}
	return ops
}

func families(list ...family) []operation {
	var ops []operation
	for _, f := range list {
		ops = append(ops, f.operations()...)
	}
	return ops
}

func (f family) list(c *call) error {
	return c.fixed(kinds[f.kind], f.path, f.members(c))
}

func (f family) member(c *call) (object, error) {
	for _, o := range f.members(c) {
		if strings.EqualFold(o.text("id"), c.keys[0]) {
			return o, nil
		}
	}
	return nil, c.missingDevice(c.keys[0])
}

func (f family) get(c *call) error {
	o, err := f.member(c)
	if err != nil {
		return err
	}
	return c.entity(kinds[f.kind], f.path, o)
}

// relation answers …/{id}/name, …/{id}/name/{key} and …/{id}/name/{key}/inner.
func (f family) relation(path string) func(*call) error {
	name, rest, _ := strings.Cut(path, "/")
	_, inner, _ := strings.Cut(rest, "/")
	return func(c *call) error {
		o, err := f.member(c)
		if err != nil {
			return err
		}
		context := f.path + "('" + o.text("id") + "')/" + name
		r, ok := relationOf(o, name)
		if !ok {
			return notFoundSegment(name)
		}
		if len(c.keys) == 1 {
			return c.relatedTo(context, r)
		}
		for _, it := range r.listed() {
			if !strings.EqualFold(it.text("id"), c.keys[1]) {
				continue
			}
			if inner == "" {
				return c.entity(kinds[r.kind], context, it)
			}
			if deeper, ok := relationOf(it, inner); ok {
				return c.relatedTo(context+"('"+it.text("id")+"')/"+inner, deeper)
			}
		}
		return c.missingDevice(c.keys[1])
	}
}

func relationOf(o object, name string) (related, bool) {
	v, _ := o.get(name)
	r, ok := v.(related)
	return r, ok && (r.one != nil || r.n != nil)
}

// relatedTo answers with a page of related objects, or with the one.
func (c *call) relatedTo(context string, r related) error {
	if r.one != nil {
		o := r.one()
		if o == nil {
			return c.missingDevice(c.keys[0])
		}
		return c.singletonOf(kinds[r.kind], context, o)
	}
	k := kinds[r.kind]
	if err := c.check(k); err != nil {
		return err
	}
	return c.list(context+c.q.shape(), source{n: r.n(), match: r.match, put: func(b []byte, i int) []byte {
		return appendObject(b, c.project(k, r.at(i)))
	}})
}

// expanded is the value of a relation that $expand names, with the $select and $expand inside its parentheses.
func (c *call) expanded(m member) any {
	r, ok := m.value.(related)
	if !ok {
		return m.value
	}
	outer := c.q
	c.q = outer.inside(m.name)
	defer func() { c.q = outer }()
	if r.one != nil {
		if o := r.one(); o != nil {
			return c.project(kinds[r.kind], o)
		}
		return nil
	}
	items := r.listed()
	for i := range items {
		items[i] = c.project(kinds[r.kind], items[i])
	}
	return items
}

// inside are the options in the parentheses of an expanded relation.
func (q *query) inside(name string) query {
	inner := query{top: -1}
	for _, e := range q.expand {
		text, found := strings.CutPrefix(e, name+"(")
		if !found {
			continue
		}
		for _, part := range splitOutside(strings.TrimSuffix(text, ")"), ';') {
			option, value, _ := strings.Cut(part, "=")
			switch strings.ToLower(strings.TrimPrefix(strings.TrimSpace(option), "$")) {
			case "select":
				inner.selected = splitNames(value)
			case "expand":
				inner.expand = splitNames(value)
			}
		}
	}
	return inner
}

// class keeps the numbers of Intune's different objects apart, so that one kind of draw serves them all.
type class int

const (
	classCompliance class = iota + 1
	classConfiguration
	classCatalogue
	classTemplates
	classIntent
	classScript
	classFilter
	classNotification
	classRole
	classRoleAssignment
	classPush
	classEnrolmentToken
	classVPP
	classExchange
	classTerms
	classEnrolment
	classBrand
	classThreatDefence
	classAuthority
	classLeaf
	classPartner
	classCompliancePartner
	classCertificateConnector
	classProtection
	classAppConfiguration
	classRelationship
	classLinux
	classAssistance
	classRule
	classUpdate
)

func (k class) index(i int) int { return int(k)<<32 | i }

func (c *call) idOf(k class, i int) string { return c.guid(kindIntune, k.index(i)) }
func (c *call) drawOf(k class, i int) draw { return c.draw(kindIntune, k.index(i)) }
func (c *call) has(k class, i int, s float64) bool {
	d := c.drawOf(k, i+1<<20)
	return s >= 1 || d.is(s)
}

// fit leaves out what the type does not have.
func fit(kind string, o object) object {
	k := kinds[kind]
	return slices.DeleteFunc(o, func(m member) bool { return k.props[m.name] == nil && !k.navs[m.name] && !k.betaNavs[m.name] })
}

// withBeta adds what only beta knows.
func (c *call) withBeta(o object, more ...member) object {
	if c.beta {
		o = append(o, more...)
	}
	return o
}
