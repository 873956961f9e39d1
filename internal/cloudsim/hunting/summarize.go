package hunting

import "fmt"

// fold makes one value of many; rows come in the table's order.
type fold struct {
	name string
	kind string
	of   func(rows [][]any) any
}

// summarize reads count(), dcount(), min(), max() and arg_max(…, *) with their names, and the columns after by.
func (p *parser) summarize() {
	var folds []fold
	newest := -1
	for !p.is("by") && p.peek().kind != end && p.peek().text != "|" {
		given := p.as("")
		fn := p.next()
		p.want("(")
		f := fold{name: fn.text + "_", kind: Int64, of: func(rows [][]any) any { return int64(len(rows)) }}
		switch fn.text {
		case "count":
		case "dcount", "min", "max":
			at := p.col()
			f.name = fn.text + "_" + p.t.Columns[at].Name
			if fn.text == "dcount" {
				f.of = func(rows [][]any) any { return int64(len(groups(picked(rows, at)))) }
			} else {
				f.kind, f.of = p.t.Columns[at].Type, extreme(at, fn.text == "max")
			}
		case "arg_max":
			newest = p.col()
			p.want(",")
			p.want("*")
		default:
			panic(fn.unparsed())
		}
		p.want(")")
		if given != "" {
			f.name = given
		}
		if fn.text != "arg_max" {
			folds = append(folds, f)
		}
		p.is(",")
	}
	old := p.t
	if p.peek().kind == name {
		p.project()
	} else {
		p.pick(nil, nil)
	}
	if newest >= 0 {
		p.t = Table{old.Columns, firstOf(p.t.Rows, old.Rows, newest)}
		return
	}
	p.t = folded(p.t, old.Rows, folds)
}

func picked(rows [][]any, at int) (out [][]any) {
	for _, row := range rows {
		out = append(out, row[at:at+1])
	}
	return out
}

func extreme(at int, largest bool) func([][]any) any {
	return func(rows [][]any) (best any) {
		for i, row := range rows {
			if c := compare(row[at], best); i == 0 || largest && c > 0 || !largest && c < 0 {
				best = row[at]
			}
		}
		return best
	}
}

// groups tells which rows have the same key, in the order in which keys are met.
func groups(keys [][]any) (all [][]int) {
	where := map[string]int{}
	for i, key := range keys {
		k := fmt.Sprintf("%q", key)
		at, ok := where[k]
		if !ok {
			at = len(all)
			where[k], all = at, append(all, nil)
		}
		all[at] = append(all[at], i)
	}
	return all
}

// folded keeps one row of each key, with what the folds make of the rows that have it.
func folded(keyed Table, rows [][]any, folds []fold) Table {
	keys := len(keyed.Columns)
	out := Table{Columns: keyed.Columns[:keys:keys]}
	for _, f := range folds {
		out.Columns = append(out.Columns, Column{f.name, f.kind})
	}
	for _, members := range groups(keyed.Rows) {
		row := keyed.Rows[members[0]][:keys:keys]
		of := make([][]any, 0, len(members))
		for _, i := range members {
			of = append(of, rows[i])
		}
		for _, f := range folds {
			row = append(row, f.of(of))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// firstOf keeps of each key the row with the largest value.
func firstOf(keys, rows [][]any, largest int) (out [][]any) {
	for _, members := range groups(keys) {
		best := members[0]
		for _, i := range members[1:] {
			if compare(rows[i][largest], rows[best][largest]) > 0 {
				best = i
			}
		}
		out = append(out, rows[best])
	}
	return out
}
