package permission

import (
	"strings"
	"testing"
)

// One part of a sentence is bold; what Parts leaves in the rest would be read as asterisks.
func TestSentencesHaveAtMostOneBoldPart(t *testing.T) {
	for _, l := range Languages {
		for f, text := range texts[l] {
			if _, _, after := text.Sentence.Parts(); strings.Contains(after, "**") {
				t.Errorf("%s, %v: %s", l, f, text.Sentence)
			}
		}
	}
}
