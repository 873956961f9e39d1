package services

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/web/verdict"
)

// calendar is an iCalendar object (RFC 5545) under way: lines end in CRLF and are folded at 75 octets, times are UTC. Names that people
// gave to tokens, and Apple Accounts, stay out of it: who subscribes often shares a calendar.
type calendar struct {
	b      bytes.Buffer
	origin string
	host   string
	watch  service.Watch
}

func newCalendar(origin string, watch service.Watch) *calendar {
	_, host, _ := strings.Cut(origin, "://")
	c := &calendar{origin: origin, host: host, watch: watch}
	for _, l := range []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tenantry//Services//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
		"NAME:Services that end", "X-WR-CALNAME:Services that end", "REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H"} {
		c.line(l)
	}
	return c
}

const utcForm = "20060102T150405Z"

// add puts in one entry, at the moment of the end. Its UID is made of what never changes, so that a renewal moves the entry.
func (c *calendar) add(it service.Item) {
	title := kindWords[it.Kind]
	verb := " ends: "
	if it.Standing == service.Ended {
		verb = " ended: "
	}
	sum := sha256.Sum256([]byte(it.Tenant.String() + "\n" + string(it.Kind) + "\n" + it.ID))
	read := "It was never read completely."
	if !it.ReadAt.IsZero() {
		read = "Last read from the tenant on " + it.ReadAt.UTC().Format("2 January 2006, 15:04") + " UTC."
	}
	if verdict.ServiceLate(it, c.watch.Now) {
		read += " It may have been renewed since."
	}
	address := c.origin + verdict.ServiceURL(it)
	for _, l := range []string{
		"BEGIN:VEVENT",
		"UID:" + hex.EncodeToString(sum[:16]) + "@" + c.host,
		"DTSTAMP:" + c.watch.Now.UTC().Format(utcForm),
		"LAST-MODIFIED:" + it.ChangedAt.UTC().Format(utcForm),
		"DTSTART:" + it.ExpiresAt.UTC().Format(utcForm),
		"SUMMARY:" + escape(title+verb+it.TenantName),
		"DESCRIPTION:" + escape(read+"\n"+address),
		"URL:" + address,
		"TRANSP:TRANSPARENT",
		"BEGIN:VALARM", "ACTION:DISPLAY", fmt.Sprintf("TRIGGER:-P%dD", c.watch.Lead.Of(it.Kind)), "DESCRIPTION:" + escape(title+" ends soon: "+it.TenantName), "END:VALARM",
		"END:VEVENT",
	} {
		c.line(l)
	}
}

func (c *calendar) end() []byte {
	c.line("END:VCALENDAR")
	return c.b.Bytes()
}

// maxOctets is the longest line, without its end (RFC 5545, 3.1).
const maxOctets = 75

// line writes a content line; a longer one goes on after CRLF and a blank, never inside a character.
func (c *calendar) line(s string) {
	room := maxOctets
	for len(s) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		c.b.WriteString(s[:cut] + "\r\n ")
		s, room = s[cut:], maxOctets-1 // the blank counts
	}
	c.b.WriteString(s + "\r\n")
}

// escape is a value of type TEXT (RFC 5545, 3.3.11). Other control characters have no place in one.
func escape(s string) string {
	s = strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\r\n", "\\n", "\n", "\\n").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
