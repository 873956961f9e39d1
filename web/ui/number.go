package ui

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// N prints a whole number with its thousands grouped, as English does: 48,317.
func N(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Lower makes the first letter small, for use inside a sentence.
func Lower(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToLower(first)) + s[size:]
}

// Spaced sets a value of Microsoft's in words: "informationalExpectedActivity" as "Informational expected activity".
func Spaced(v string) string {
	var b strings.Builder
	for i, r := range v {
		switch {
		case i == 0:
			r = unicode.ToUpper(r)
		case unicode.IsUpper(r):
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Count is a number with its noun: Count(1, "device", "devices") is "1 device".
func Count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return N(n) + " " + many
}

// Percent is part of whole with one decimal, "90.9%"; of nothing it is "–". A part that is not the whole never rounds up to 100.0%,
// and one that is not nothing never down to 0.0%: both would say something false.
func Percent(part, whole int64) string {
	if whole <= 0 {
		return "–"
	}
	tenths := (part*2000 + whole) / (2 * whole)
	if part < whole && tenths >= 1000 {
		tenths = 999
	}
	if part > 0 && tenths <= 0 {
		tenths = 1
	}
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + "%"
}

// percentClass is the class that makes an element part/whole wide, in whole percent; what exists is at least 1 wide.
func percentClass(part, whole int64) string {
	if whole <= 0 || part <= 0 {
		return "pc-0"
	}
	p := min(max((part*200+whole)/(2*whole), 1), 100)
	return "pc-" + strconv.FormatInt(p, 10)
}

// Mark is the colour of a tenant, 0 to 11, by hash (FNV-1a) of its GUID: the same in every place and after every restart.
func Mark(guid string) int {
	h := uint32(2166136261)
	for _, b := range []byte(strings.ToLower(guid)) {
		h = (h ^ uint32(b)) * 16777619
	}
	h ^= h >> 15 // GUIDs differ mostly in early bytes; fold the high bits in
	return int(h % 12)
}
