$(function () {
  $("#fontSizeNow").html("<b>中</b>");
  document.getElementById("news").innerHTML = titles[0];
});
