package device

import "strings"

// serialKey is how serial numbers are compared: vendors and services differ in case and blanks.
func serialKey(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// placeholders are serials that vendors leave in place of one; many devices share them, so they prove nothing.
var placeholders = map[string]bool{
	"": true, "0": true, "none": true, "n/a": true, "na": true, "unknown": true, "default string": true, "to be filled by o.e.m.": true,
	"system serial number": true, "not specified": true, "not available": true, "invalid": true, "defaultstring": true,
}

func placeholder(key string) bool { return placeholders[key] || strings.Trim(key, "0") == "" }
