package store_test

import (
	"reflect"
	"strings"
	"testing"
)

// Each repository was made after the neighbours it calls: one made before would hold none, and nobody would see it until it is asked.
func TestRepositoriesHaveTheirNeighbours(t *testing.T) {
	repositories := reflect.ValueOf(openStore(t)).Elem()
	for i := range repositories.NumField() {
		repository := repositories.Field(i)
		if repository.Kind() != reflect.Pointer || repository.Type().Elem().Kind() != reflect.Struct || repository.IsNil() {
			continue
		}
		name := repositories.Type().Field(i).Name
		for j := range repository.Elem().NumField() {
			neighbour, field := repository.Elem().Field(j), repository.Elem().Type().Field(j)
			if neighbour.Kind() == reflect.Pointer && neighbour.IsNil() && strings.Contains(field.Type.String(), "store.") {
				t.Errorf("%s has no %s", name, field.Name)
			}
		}
	}
}
