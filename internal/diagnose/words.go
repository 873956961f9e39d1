package diagnose

// Words say who can fix it, as the pages print it.
func (w Who) Words() string {
	switch w {
	case Nobody:
		return "Nobody has to, it passes by itself"
	case Owner:
		return "An owner of this portal"
	case Staff:
		return "The person who signed in"
	case Customer:
		return "An administrator of the customer"
	case Support:
		return "Microsoft support"
	}
	return "Not known yet"
}

// Words say how sure the verdict is, and why.
func (c Confidence) Words() string {
	switch c {
	case Certain:
		return "Certain. Microsoft says so in a code that means only this."
	case Likely:
		return "Likely. It fits what Microsoft answered, and nothing that was read speaks against it."
	}
	return "Not sure. Several causes look like this."
}
