var titles = ["甲县召开防汛抗旱工作会议"], urls = ["/art/9.html"];
