package config

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a setting that must not be printed. However it is formatted, logged or marshalled, it reads REDACTED.
type Secret string

const redacted = "REDACTED"

// Reveal is the secret itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

// Format covers every verb of fmt; %d of a string type would print it.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// String is REDACTED, or nothing where nothing is set.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// LogValue is for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is for JSON and its like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
