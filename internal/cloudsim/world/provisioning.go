package world

import "time"

// Taken is an application that somebody took from the gallery. Its ids follow from its number.
type Taken struct {
	Number      int // in the tenant, from 0, never used again
	Template    string
	Name        string
	Created     time.Time
	VisibleFrom time.Time // until then the directory does not find it, though it was made
}

// Provisioning is what people changed about the provisioning of one service principal; everything else about it is computed.
type Provisioning struct {
	Secrets map[string]string // as last written; replaced as a whole, and never given back
	Made    time.Time         // when somebody made the job; zero: none, or the computed one
	Jobs    int               // how many were made, so that each has an id of its own
	Gone    bool              // the computed job was deleted
	Started time.Time         // the last start or restart; zero: as computed
	Fresh   bool              // it began from the beginning then
	Paused  time.Time
	Rules   []byte // the schema's rules in JSON as somebody wrote them, never changed in place; nil: as computed
	RulesAt time.Time
}

// appearsAfter is how long a new application takes to be found everywhere.
const appearsAfter = 4 * time.Second

// Take adds an application from the gallery. Names need not be unique. The caller holds Change.
func (w *World) Take(t *Tenant, template, name string, now time.Time) Taken {
	a := Taken{Number: t.TakenEver, Template: template, Name: name, Created: now, VisibleFrom: now.Add(appearsAfter)}
	if f, ok := w.Faults.Active("applicationDelay", t.ID); ok {
		a.VisibleFrom = now.Add(f.Delay())
	}
	t.TakenEver++
	t.Taken = append(t.Taken, a)
	return a
}
