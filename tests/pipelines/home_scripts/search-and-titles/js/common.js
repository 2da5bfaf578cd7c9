function search() {
  var key = document.getElementById("keyword").value;
  window.location.href = "/search.html?keyword=" + encodeURIComponent(key);
}
