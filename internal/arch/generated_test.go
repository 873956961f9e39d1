package arch

import (
	"bytes"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/a-h/templ/generator"
	"github.com/a-h/templ/parser/v2"
)

// Each template has its output beside it, written by the templ that go.mod names, as templ generate does; and no output is of a template
// that is gone. The command itself is not asked, which would be built for this alone.
func TestTemplatesAreGenerated(t *testing.T) {
	root := os.DirFS("../..")
	templates := 0
	err := fs.WalkDir(root, "web", func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if of, ok := strings.CutSuffix(path, "_templ.go"); ok {
			if _, err := fs.Stat(root, of+".templ"); err != nil {
				t.Errorf("%s is of no template: %v", path, err)
			}
		}
		of, ok := strings.CutSuffix(path, ".templ")
		if !ok {
			return nil
		}
		templates++
		want, err := generated(path)
		if err != nil {
			return err
		}
		if got, err := fs.ReadFile(root, of+"_templ.go"); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what %s makes: run make generate, and commit it (%v)", of+"_templ.go", path, err)
		}
		return nil
	})
	if err != nil || templates == 0 {
		t.Fatalf("%d templates: %v", templates, err)
	}
}

// generated is what templ makes of the template at the path, which is taken from the top of the project, where templ is run.
func generated(path string) ([]byte, error) {
	file, err := parser.Parse(filepath.Join("../..", path))
	if err != nil {
		return nil, err
	}
	var code bytes.Buffer
	if _, err := generator.Generate(file, &code, generator.WithVersion(templ.Version()), generator.WithFileName(path)); err != nil {
		return nil, err
	}
	return format.Source(code.Bytes())
}
