package campaign

import "testing"

func TestLooksTheSame(t *testing.T) {
	const vera = "vera@readers.example"
	for other, want := range map[string]bool{
		vera: true, "VERA@readers.example": true, "ｖera@readers.example": true, "vеra@readers.example": true, "νerа@readers.example": true,
		"𝐯era@readers.example": true, "vera@reаders.example": true,
		"vera@other.example": false, "věra@readers.example": false, "vesna@readers.example": false, "ver@readers.example": false, "вера@readers.example": false, "": false,
	} {
		if got := LooksTheSame(vera, other) && LooksTheSame(other, vera); got != want {
			t.Errorf("%s: %v", other, got)
		}
	}
	for _, two := range [][2]string{{"cop@x.example", "сор@x.example"}, {"ana@х.example", "ana@x.example"}} {
		if !LooksTheSame(two[0], two[1]) {
			t.Errorf("%s and %s", two[0], two[1])
		}
	}
	if LooksTheSame("đoka@x.example", "doka@x.example") {
		t.Error("đ is no d")
	}
}
