package graph

import "reflect"

// maxID is the longest id that is kept, in bytes: no index takes one without end. Graph's longest are two or three GUIDs.
const maxID = 400

// idOf tells of rows of a type whether they have an id by which they can be kept. A type without a member "id" is not kept by it.
func idOf[T any]() func(*T) bool {
	usable := func(id string) bool { return id != "" && len(id) <= maxID }
	t := reflect.TypeFor[T]()
	switch {
	case t == reflect.TypeFor[Object]():
		return func(v *T) bool { return usable(any(*v).(Object).Text("id")) }
	case t.Kind() != reflect.Struct:
		return func(*T) bool { return true }
	}
	for _, f := range reflect.VisibleFields(t) { // those of embedded structs, too
		if f.Tag.Get("json") == "id" && f.Type.Kind() == reflect.String {
			return func(v *T) bool { return usable(reflect.ValueOf(v).Elem().FieldByIndex(f.Index).String()) }
		}
	}
	return func(*T) bool { return true }
}
