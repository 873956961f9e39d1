package configuration

// Message is what a notification template says in one language.
type Message struct {
	Locale  string
	Default bool // goes to whoever's language has no message of its own
	Subject string
	Text    string
}

// Messages are those of a notification template, by language.
func (d Document) Messages() []Message {
	v, _ := parse(d.Settings)
	o, _ := v.(map[string]any)
	messages := obj(o, "messages")
	var all []Message
	for _, locale := range sortedKeys(messages) {
		m := obj(messages, locale)
		all = append(all, Message{Locale: locale, Default: m["isDefault"] == true, Subject: str(m, "subject"), Text: str(m, "messageTemplate")})
	}
	return all
}
