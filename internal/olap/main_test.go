package olap_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/gongdao/gongdao/internal/olap"
)

func TestMain(m *testing.M) {
	olap.Main(olap.Tasks{
		"select": func(ctx context.Context, in json.RawMessage, _ func(any)) (any, error) {
			var sql string
			if err := json.Unmarshal(in, &sql); err != nil {
				return nil, err
			}
			rows, cols, err := olap.Select(ctx, sql)
			return map[string]any{"rows": rows, "cols": cols}, err
		},
	})
	os.Exit(m.Run())
}
