package hanvariant

// groups lists characters that are one word in Taiwan's names, titles and
// addresses: first the form of the standard characters (國字標準字體), then the
// forms people also write. Simplified characters stand here only where people
// in Taiwan write them too. Characters that also have a meaning of their own
// (里 for 裡, 后 for 後, 占 for 佔, 沈 for 沉) do not. Written by hand; add to it
// with a reason in the commit.
const groups = `
臺台坮 裡裏 峰峯 群羣 啟啓 黃黄 溫温 勳勲勛 顏顔 眾衆 線綫缐 床牀 麵麪 為爲 偽僞 媯嬀 匯滙 雞鷄 廁厠 廠厰 臥卧 告吿
喫吃 牆墻 秘祕 恆恒 鉤鈎 鎮鎭 內内 戶户戸 吳吴呉 呂吕 說説 稅税 脫脱 銳鋭 閱閲 悅悦 產産 彥彦 強强 虛虚 錄録 綠緑 祿禄
淨净 靜静 青靑 清淸 真眞 慎愼 顛顚 填塡 教敎 既旣 即卽 鄉鄕郷 爭争 館舘 豐豊 崑崐 崙崘 歲嵗歳 巖巗 村邨 豬猪 貓猫 鵝鵞 犁犂
麻蔴 果菓 雙双 僱雇 唇脣 罵駡 奔犇 嘗嚐 回囘囬 園薗 國囯圀 塚冢 墳坟 壯壮 壽寿夀 夠够 奧奥 妝粧 姊姉 娘孃 學斈 寧寕
寶寳宝 將将 尪尫 島嶋 崖厓 巡廵 巷衖 帆颿 庵菴 廄廐 廚厨 吊弔 彌弥 德徳悳 恥耻 淒凄 憩憇 懷懐 拋抛 搗擣 擔担 攜携擕 效効
敘叙敍 斷断 曬晒 晉晋 曆暦 曾曽 會会 朗朖 查査 柏栢 柵栅 柿柹 桑桒 棄弃 棕椶 棲栖 概槪 橋槗 檜桧 檳梹 櫥橱 歎嘆 歷歴 歸帰
毀毁 汙污汚 況况 泛汎 涼凉 淚泪 減减 湊凑 準凖 溪谿 滾滚 潛潜濳 澀澁 瀨瀬 灣湾 災灾 煙烟 煉鍊 熔鎔 燈灯 爐炉 狀状 猿猨 獎奨
珍珎 瓶缾 甕罋 畝畆 略畧 疊叠畳 痴癡 瘦痩 癒瘉 皂皁 皋皐 盃杯 盜盗 看㸔 著着 睹覩 瞭暸 砧碪 碰掽 磚塼甎 礙碍 秋秌 稟禀
稚穉 稜棱 穎頴 穗穂 窗窓窻牎牕 竊窃 豎竪 筍笋 策筴 節莭 簷檐 藤籐 黏粘 粽糉 糧粮 總総縂 繡綉 繩縄 續続 纖繊 缺缼 缽鉢 罈壜
罰罸 羌羗 羹羮 翱翺 考攷 耽躭 聯聨 聰聡 聲声 脈脉 胸胷 腳脚 膽胆 膻羶 臘臈 豔艷艶 芻蒭 莊庄荘 萬万 葬塟 蒞莅 蓋葢 蓮莲 蔥葱
薦荐 藥葯薬 蘆芦 蘇蘓 蝨虱 蚊蟁 蜂蠭 蠅蝿 衛衞 袖褏 裝装 覽覧 觀観 訛譌 詠咏 謠謡 證証 譽誉 讚讃 貳貮 賓賔 賴頼 贊賛 贓贜
趕赶 跡迹蹟 踴踊 蹤踪 躬躳 輛輌 辭辞 農辳 迴廻 逃迯 遁遯 邊边邉 鄰隣 酬酧醻 醃腌 醫医 釀醸 針鍼 鋪舖 錢銭 鏟剷 鐵鉄銕鐡
鑑鑒 鑿凿 閒閑 關関 陰隂 陸陆 堤隄 險険 隸隷 雁鴈 霸覇 靈霊 韻韵 響响 頰頬 頤頥 顯顕 飆飇 飲飮 餅餠 養飬 駝駞 驗験 驢馿
體体軆 鬥鬪鬭 鬱欝 鯰鮎 鱉鼈 鳳鳯 鶯鴬 鷗鴎 鹼鹸 鹽塩 麴麯 鼇鰲 齊斉 齋斎 龜亀 龍竜
`
