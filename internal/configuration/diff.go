package configuration

// Standing is how a line of two documents compares.
type Standing string

// The standings.
const (
	Same    Standing = "same"
	Changed Standing = "changed"
	Left    Standing = "left"    // only in the first: removed, where the second is later
	Right   Standing = "right"   // only in the second: added
	Unknown Standing = "unknown" // set in both, but secret: nobody can tell from here
)

// Difference is one line in both documents.
type Difference struct {
	Line // of the second document, or of the first where only that has it
	From string
	To   string
	Is   Standing
}

// Compare sets two documents side by side, line by line, in the order of the first, with what only the second says behind each part.
func Compare(a, b Document) []Difference {
	left, right := a.Lines(), b.Lines()
	other := map[string]Line{}
	for _, l := range right {
		other[l.id()] = l
	}
	known := map[string]bool{}
	byPart := map[Part][]Difference{}
	for _, l := range left {
		known[l.id()] = true
		d := Difference{Line: l, From: l.Value, Is: Left}
		if r, ok := other[l.id()]; ok {
			d = Difference{Line: r, From: l.Value, To: r.Value, Is: standing(l, r)}
		}
		byPart[l.Part] = append(byPart[l.Part], d)
	}
	for _, r := range right {
		if !known[r.id()] {
			byPart[r.Part] = append(byPart[r.Part], Difference{Line: r, To: r.Value, Is: Right})
		}
	}
	var out []Difference
	for _, p := range []Part{Record, Settings, Apps, Assignments, Actions} {
		if (a.Unlisted || b.Unlisted) && (p == Apps || p == Assignments) {
			for i := range byPart[p] {
				byPart[p][i].Is = Unknown // one side was not read
			}
		}
		out = append(out, byPart[p]...)
	}
	return out
}

func standing(l, r Line) Standing {
	switch {
	case l.Value != r.Value:
		return Changed
	case l.Secret || r.Secret:
		return Unknown
	}
	return Same
}

func (l Line) id() string { return string(l.Part) + "\x00" + l.Path }
