/* The innermost loops of reading: every tag of a source (taming.py, written.py), every node of lexbor's tree and every text
   (document.py).  They say just what the Python beside them says; without this file that runs instead.

   lexbor is the one that selectolax brings: its functions are looked up in selectolax's module, by name.  Where one of them is
   missing the import fails.  Built only with GOVCRAWL_COMPILE=1 (setup.py). */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { ELEMENT = 1, TEXT = 3 };         /* lxb_dom_node_type_t, as in the DOM standard */
enum { WORDS = 8192, LONGEST_WORD = 128, KINDS = 512 };

typedef const void *Node;
static Node (*next_of)(Node), (*first_child_of)(Node), (*first_attribute_of)(Node), (*next_attribute_of)(Node);
static uintptr_t (*tag_of)(Node);
static int (*type_of)(Node);
static const char *(*tag_name_of)(Node, size_t *), *(*name_of)(Node, size_t *), *(*value_of)(Node, size_t *);
static const char *(*text_of)(Node, size_t *);

/* --- the nodes of a tree -------------------------------------------------------------------------------------------- */

static const struct { const char *name; void **function; } FUNCTIONS[] = {
    {"lxb_dom_node_next_noi", (void **)&next_of},
    {"lxb_dom_node_first_child_noi", (void **)&first_child_of},
    {"lxb_dom_node_tag_id_noi", (void **)&tag_of},
    {"lxb_dom_node_type_noi", (void **)&type_of},
    {"lxb_dom_node_text_content", (void **)&text_of},
    {"lxb_dom_element_qualified_name", (void **)&tag_name_of},
    {"lxb_dom_element_first_attribute_noi", (void **)&first_attribute_of},
    {"lxb_dom_element_next_attribute_noi", (void **)&next_attribute_of},
    {"lxb_dom_attr_qualified_name", (void **)&name_of},
    {"lxb_dom_attr_value_noi", (void **)&value_of},
};

/* A string that was seen last, of names and values of attributes: they repeat, on all pages of a site.  `hides`: whether, as a style,
   it may be one that document._hides means. */
typedef struct { PyObject *text; int hides; } Word;
static Word words[WORDS];

static uint32_t hash_of(const char *text, size_t length)
{
    uint64_t hash = length, part;
    for (; length >= 8; text += 8, length -= 8) {
        memcpy(&part, text, 8);
        hash = (hash ^ part) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    part = 0;
    memcpy(&part, text, length);
    hash = (hash ^ part) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> 32);
}

static int may_hide(const char *style, size_t length)
{
    for (size_t i = 0; i + 4 <= length; i++)
        if ((style[i] | 32) == 'n' && !strncasecmp(style + i, "none", 4))
            return 1;
        else if ((style[i] | 32) == 'h' && i + 6 <= length && !strncasecmp(style + i, "hidden", 6))
            return 1;
    return 0;
}

/* A new reference in `text`, NULL after an error. */
static Word word(const char *text, size_t length)
{
    Word *known = &words[hash_of(text, length) % WORDS];
    if (known->text && (size_t)PyUnicode_GET_LENGTH(known->text) == length
        && !memcmp(PyUnicode_1BYTE_DATA(known->text), text, length)) {
        Py_INCREF(known->text);
        return *known;
    }
    Word made = {PyUnicode_DecodeUTF8(text, (Py_ssize_t)length, "replace"), may_hide(text, length)};
    if (made.text && length <= LONGEST_WORD && PyUnicode_IS_ASCII(made.text)) {
        Py_XSETREF(known->text, Py_NewRef(made.text));
        known->hides = made.hides;
    }
    return made;
}

static int is(const char *text, size_t length, const char *name)
{
    return length == strlen(name) && !memcmp(text, name, length);
}

/* `hides`: set where one of them may hide the element. */
static PyObject *attributes_of(Node element, PyObject *nothing, int *hides)
{
    Node attribute = first_attribute_of(element);
    if (!attribute)
        return Py_NewRef(nothing);
    PyObject *found = PyDict_New();
    for (; found && attribute; attribute = next_attribute_of(attribute)) {
        size_t length = 0, size = 0;
        const char *text = name_of(attribute, &length), *said = value_of(attribute, &size);
        Word name = word(text, length), value = said ? word(said, size) : (Word){Py_NewRef(Py_None), 0};
        *hides |= is(text, length, "hidden") || (value.hides && is(text, length, "style"));
        if (!name.text || !value.text || PyDict_SetItem(found, name.text, value.text) < 0)
            Py_CLEAR(found);
        Py_XDECREF(name.text);
        Py_XDECREF(value.text);
    }
    return found;
}

/* What is known of a tag: its name, whether it is a block, bare (its attributes tell nothing) or unread, where its like stand. */
typedef struct { uintptr_t id; PyObject *name, *places; int block, bare, unread; } Kind;

typedef struct {
    PyObject *tags, *parents, *ends, *lines, *texts, *attributes, *text_at, *styled, *by_tag, *aside;
    PyObject *blocks, *bare, *unread, *nothing, *empty, *space;
    Kind kinds[KINDS];
    Py_ssize_t line;
} Walk;

static Kind *kind_of(Walk *walk, Node element)
{
    uintptr_t id = tag_of(element);
    size_t slot = (id ^ id >> 9) % KINDS;
    for (size_t tried = 0; tried < KINDS - 1 && walk->kinds[slot].name; tried++, slot = (slot + 1) % KINDS)
        if (walk->kinds[slot].id == id)
            return &walk->kinds[slot];
    Kind *kind = &walk->kinds[slot]; /* where all are taken, one is forgotten */
    Py_CLEAR(kind->name);
    Py_CLEAR(kind->places);
    size_t length = 0;
    const char *text = tag_name_of(element, &length);
    PyObject *name = PyUnicode_DecodeUTF8(text ? text : "-", text ? (Py_ssize_t)length : 1, "replace");
    if (!name)
        return NULL;
    PyUnicode_InternInPlace(&name);
    PyObject *places = PyObject_GetItem(walk->by_tag, name);
    int block = PySet_Contains(walk->blocks, name), bare = PySet_Contains(walk->bare, name);
    int unread = PySet_Contains(walk->unread, name);
    if (!places || block < 0 || bare < 0 || unread < 0) {
        Py_DECREF(name);
        Py_XDECREF(places);
        return NULL;
    }
    *kind = (Kind){id, name, places, block, bare, unread};
    return kind;
}

static int push(PyObject *list, PyObject *made)
{
    int failed = made ? PyList_Append(list, made) : -1;
    Py_XDECREF(made);
    return failed;
}

/* One row: an element, or a text with the tag "". */
static int row(Walk *walk, Py_ssize_t i, Py_ssize_t around, PyObject *tag, PyObject *text, PyObject *attributes)
{
    return PyList_Append(walk->tags, tag) || push(walk->parents, PyLong_FromSsize_t(around))
        || push(walk->lines, PyLong_FromSsize_t(walk->line)) || PyList_Append(walk->texts, text)
        || PyList_Append(walk->attributes, attributes) || push(walk->ends, PyLong_FromSsize_t(i + 1));
}

static int add_element(Walk *walk, Py_ssize_t i, Py_ssize_t around, const Kind *kind, Node element)
{
    int hides = 0;
    PyObject *attributes = kind->bare ? Py_NewRef(walk->nothing) : attributes_of(element, walk->nothing, &hides);
    int failed = !attributes || push(kind->places, PyLong_FromSsize_t(i))
        || row(walk, i, around, kind->name, walk->empty, attributes)
        || (hides && push(walk->styled, PyLong_FromSsize_t(i)));
    Py_XDECREF(attributes);
    return failed;
}

static int is_blank(PyObject *text)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    for (Py_ssize_t i = 0; i < length; i++)
        if (!Py_UNICODE_ISSPACE(PyUnicode_READ(kind, data, i)))
            return 0;
    return 1;
}

static int all_spaces(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] != ' ' && text[i] != '\n' && text[i] != '\t' && text[i] != '\r')
            return 0;
    return 1;
}

/* Of a text: 1 a row was added, 0 it was blank or put aside, -1 an error.  `gap`: whether blanks stand before it. */
static int add_text(Walk *walk, Py_ssize_t i, Py_ssize_t around, const Kind *box, Node node, int *gap)
{
    size_t length = 0;
    const char *bytes = text_of(node, &length);
    if (!bytes || all_spaces(bytes, length)) {
        *gap = 1;
        return 0;
    }
    PyObject *text = PyUnicode_DecodeUTF8(bytes, (Py_ssize_t)length, "replace");
    int done = text ? 0 : -1;
    if (text && is_blank(text))
        *gap = 1;
    else if (text && box && box->unread)
        done = push(walk->aside, Py_BuildValue("OnO", box->name, around, text)) ? -1 : 0;
    else if (text) {
        PyObject *whole = *gap ? PyUnicode_Concat(walk->space, text) : Py_NewRef(text);
        int failed = !whole || push(walk->text_at, PyLong_FromSsize_t(i))
            || row(walk, i, around, walk->empty, whole, walk->nothing);
        Py_XDECREF(whole);
        *gap = 0;
        done = failed ? -1 : 1;
    }
    Py_XDECREF(text);
    return done;
}

typedef struct { Node node; Py_ssize_t at; Kind kind; } Opened; /* its kind's references are the walk's */

static int walk_from(Walk *walk, Node node, Py_ssize_t limit)
{
    Py_ssize_t i = 0, depth = 0, room = 64;
    int gap = 0, failed = 0;
    Opened *opened = PyMem_Malloc((size_t)room * sizeof(Opened));
    if (!opened)
        return PyErr_NoMemory() == NULL;
    while (node && i < limit && !failed) {
        int type = type_of(node);
        Py_ssize_t around = depth ? opened[depth - 1].at : -1;
        if (type == ELEMENT) {
            Kind *kind = kind_of(walk, node);
            if (!kind || ((void)(walk->line += kind->block), add_element(walk, i, around, kind, node))) {
                failed = 1;
                break;
            }
            i++;
            Node child = first_child_of(node);
            if (child) {
                if (depth == room) {
                    Opened *larger = PyMem_Realloc(opened, (size_t)(room *= 2) * sizeof(Opened));
                    if (!larger) {
                        PyErr_NoMemory();
                        failed = 1;
                        break;
                    }
                    opened = larger;
                }
                opened[depth++] = (Opened){node, i - 1, *kind};
                node = child;
                continue;
            }
        } else if (type == TEXT) {
            int added = add_text(walk, i, around, depth ? &opened[depth - 1].kind : NULL, node, &gap);
            failed = added < 0;
            i += added > 0;
        }
        node = next_of(node);
        while (!node && depth && !failed) {
            Opened *last = &opened[--depth];
            failed = PyList_SetItem(walk->ends, last->at, PyLong_FromSsize_t(i)) < 0;
            walk->line += last->kind.block;
            node = next_of(last->node);
        }
    }
    while (depth-- > 0 && !failed)
        failed = PyList_SetItem(walk->ends, opened[depth].at, PyLong_FromSsize_t(i)) < 0;
    PyMem_Free(opened);
    return failed;
}

static PyObject *lay_out(PyObject *module, PyObject *args)
{
    unsigned long long root;
    Py_ssize_t limit;
    Walk *walk = PyMem_Calloc(1, sizeof(Walk));
    if (!walk)
        return PyErr_NoMemory();
    int failed = !PyArg_ParseTuple(args, "Kn(O!O!O!O!)(O!O!O!O!O!O!O!O!)OO!", &root, &limit,
        &PyFrozenSet_Type, &walk->blocks, &PyFrozenSet_Type, &walk->bare, &PyFrozenSet_Type, &walk->unread,
        &PyDict_Type, &walk->nothing,
        &PyList_Type, &walk->tags, &PyList_Type, &walk->parents, &PyList_Type, &walk->ends, &PyList_Type, &walk->lines,
        &PyList_Type, &walk->texts, &PyList_Type, &walk->attributes, &PyList_Type, &walk->text_at,
        &PyList_Type, &walk->styled, &walk->by_tag, &PyList_Type, &walk->aside);
    if (!failed) {
        walk->empty = PyUnicode_FromString("");
        walk->space = PyUnicode_FromString(" ");
        failed = !walk->empty || !walk->space || walk_from(walk, (Node)(uintptr_t)root, limit);
    }
    for (size_t k = 0; k < KINDS; k++) {
        Py_XDECREF(walk->kinds[k].name);
        Py_XDECREF(walk->kinds[k].places);
    }
    Py_XDECREF(walk->empty);
    Py_XDECREF(walk->space);
    PyMem_Free(walk);
    return failed ? NULL : Py_NewRef(Py_None);
}

static int find_functions(void)
{
    PyObject *lexbor = PyImport_ImportModule("selectolax.lexbor");
    PyObject *file = lexbor ? PyObject_GetAttrString(lexbor, "__file__") : NULL;
    const char *path = file ? PyUnicode_AsUTF8(file) : NULL;
    void *library = path ? dlopen(path, RTLD_NOW | RTLD_NOLOAD) : NULL;
    for (size_t k = 0; library && k < sizeof FUNCTIONS / sizeof *FUNCTIONS; k++)
        if (!(*FUNCTIONS[k].function = dlsym(library, FUNCTIONS[k].name)))
            library = NULL;
    Py_XDECREF(lexbor);
    Py_XDECREF(file);
    if (!library && !PyErr_Occurred())
        PyErr_SetString(PyExc_ImportError, "selectolax has another lexbor");
    return library ? 0 : -1;
}

/* --- the texts of a page ---------------------------------------------------------------------------------------------- */

static int is_printable(Py_UCS4 c)
{
    return (c >= ' ' && c < 127) || (c >= 0x4e00 && c < 0x9fff) || Py_UNICODE_ISPRINTABLE(c);
}

/* The words of a text with one space between, the text itself where it is so; NULL without an error: something can't be printed. */
static PyObject *words_of(PyObject *text)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), kept = 0;
    int kind = PyUnicode_KIND(text), tidy = 1, gap = 0;
    const void *data = PyUnicode_DATA(text);
    Py_UCS4 some[256], *made = length <= 256 ? some : PyMem_Malloc((size_t)length * sizeof(Py_UCS4));
    if (!made)
        return PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < length; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        if (Py_UNICODE_ISSPACE(c)) {
            tidy = tidy && c == ' ' && kept && !gap;
            gap = 1;
            continue;
        }
        if (!is_printable(c)) {
            kept = -1;
            break;
        }
        if (gap && kept)
            made[kept++] = ' ';
        gap = 0;
        made[kept++] = c;
    }
    PyObject *words = kept < 0 ? NULL : tidy && !gap ? Py_NewRef(text) : PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, made, kept);
    if (made != some)
        PyMem_Free(made);
    return words;
}

static PyObject *joined(const char *first, PyObject *second)
{
    return *first ? PyUnicode_FromFormat("%s%U", first, second) : Py_NewRef(second);
}

/* Document._write; `visible`: document._visible. */
static PyObject *tidy(PyObject *module, PyObject *args)
{
    PyObject *texts, *text_at, *lines, *visible;
    if (!PyArg_ParseTuple(args, "O!O!O!O", &PyList_Type, &texts, &PyList_Type, &text_at, &PyList_Type, &lines, &visible))
        return NULL;
    PyObject *written = PyList_New(0), *last = NULL, *seen;
    int gap = 0, failed = !written;
    for (Py_ssize_t k = 0; !failed && k < PyList_GET_SIZE(text_at); k++) {
        Py_ssize_t i = PyLong_AsSsize_t(PyList_GET_ITEM(text_at, k));
        PyObject *text = Py_NewRef(PyList_GET_ITEM(texts, i)), *words = words_of(text), *line = PyList_GET_ITEM(lines, i);
        if (!words && !PyErr_Occurred()) {
            PyObject *both = PyObject_CallOneArg(visible, text);
            if (both && PyArg_ParseTuple(both, "UU", &seen, &words)) {
                Py_SETREF(text, Py_NewRef(seen));
                Py_INCREF(words);
            }
            Py_XDECREF(both);
        }
        if ((failed = !words)) {
            Py_DECREF(text);
            break;
        }
        Py_ssize_t length = PyUnicode_GET_LENGTH(text);
        int lead = gap;
        gap = 0;
        if (PyUnicode_GET_LENGTH(words) != length) {
            lead = lead || Py_UNICODE_ISSPACE(PyUnicode_READ_CHAR(text, 0));
            gap = Py_UNICODE_ISSPACE(PyUnicode_READ_CHAR(text, length - 1));
        }
        PyObject *led = joined(lead ? " " : "", words);
        int same = last && PyObject_RichCompareBool(line, last, Py_EQ);
        last = line;
        failed = !led || push(written, same ? Py_NewRef(led) : joined("\n", words)) || PyList_SetItem(texts, i, led);
        Py_DECREF(text);
        Py_DECREF(words);
    }
    if (failed)
        Py_CLEAR(written);
    return written;
}

/* --- the tags of a source ------------------------------------------------------------------------------------------- */

enum { NAMES = 256, LONGEST_NAME = 31 };
enum { ORDINARY, CLOSES_ITSELF, FORMATS, OPTION };

typedef struct { char name[LONGEST_NAME + 1]; int kind; Py_ssize_t open; } Name;

static int is_letter(char c)
{
    return ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* The entry of a tag's name, which `*end` is set behind; NULL where there are too many, or it is too long. */
static Name *name_at(Name *names, const char *text, const char **end, PyObject *self_closing, PyObject *formatting)
{
    char name[LONGEST_NAME + 1] = {0};
    size_t length = 0;
    uint32_t hash = 2166136261u;
    for (; is_letter(text[length]) || (text[length] >= '0' && text[length] <= '9'); length++) {
        if (length == LONGEST_NAME)
            return NULL;
        name[length] = is_letter(text[length]) ? text[length] | 32 : text[length];
        hash = (hash ^ (unsigned char)name[length]) * 16777619u;
    }
    *end = text + length;
    size_t slot = (hash ^ hash >> 15) % NAMES;
    for (size_t tried = 0; names[slot].name[0]; slot = (slot + 1) % NAMES, tried++)
        if (!strcmp(names[slot].name, name))
            return &names[slot];
        else if (tried == NAMES / 2)
            return NULL;
    PyObject *word = PyUnicode_FromStringAndSize(name, (Py_ssize_t)length);
    int closes = word ? PySet_Contains(self_closing, word) : -1, formats = word ? PySet_Contains(formatting, word) : -1;
    Py_XDECREF(word);
    if (closes < 0 || formats < 0)
        return NULL;
    memcpy(names[slot].name, name, sizeof name);
    names[slot].kind = !strcmp(name, "option") ? OPTION : closes ? CLOSES_ITSELF : formats ? FORMATS : ORDINARY;
    return &names[slot];
}

static PyObject *is_tame(PyObject *module, PyObject *args)
{
    PyObject *source, *self_closing, *formatting;
    Py_ssize_t deepest, most_formatting, most_tags, most_options, longest, length;
    if (!PyArg_ParseTuple(args, "UO!O!nnnnn", &source, &PyFrozenSet_Type, &self_closing, &PyFrozenSet_Type, &formatting,
                          &deepest, &most_formatting, &most_tags, &most_options, &longest))
        return NULL;
    const char *at = PyUnicode_AsUTF8AndSize(source, &length), *text = at;
    if (!at) {
        PyErr_Clear(); /* half a character: for Python to look at */
        Py_RETURN_FALSE;
    }
    const char *end = at + length;
    Name names[NAMES] = {0};
    Py_ssize_t depth = 0, formats = 0, tags = 0, options = 0;
    int tame = 1;
    while (tame && (at = memchr(text, '<', (size_t)(end - text)))) {
        tame = at - text <= longest;
        int closing = at[1] == '/'; /* the text ends with a 0 */
        text = at + 1;
        if (!is_letter(text[closing]))
            continue;
        Name *name = name_at(names, text + closing, &text, self_closing, formatting);
        if (!name || ++tags > most_tags)
            tame = 0;
        else if (name->kind == OPTION)
            tame = tame && ++options <= most_options;
        else if (name->kind != CLOSES_ITSELF && !closing) {
            tame = tame && depth++ < deepest && !(name->kind == FORMATS && formats++ >= most_formatting);
            name->open++;
        } else if (name->kind != CLOSES_ITSELF && name->open) {
            depth--;
            formats -= name->kind == FORMATS;
            name->open--;
        }
    }
    if (PyErr_Occurred())
        return NULL;
    return PyBool_FromLong(tame && end - text <= longest);
}

/* Where an ASCII text in lower case begins, in either case, or -1. */
static PyObject *find(PyObject *module, PyObject *args)
{
    PyObject *source;
    const char *wanted;
    Py_ssize_t at, length;
    if (!PyArg_ParseTuple(args, "Us#n", &source, &wanted, &length, &at))
        return NULL;
    int kind = PyUnicode_KIND(source);
    const void *data = PyUnicode_DATA(source);
    for (; (at = PyUnicode_FindChar(source, (Py_UCS4)wanted[0], at, PyUnicode_GET_LENGTH(source), 1)) >= 0; at++) {
        Py_ssize_t k = 1;
        while (k < length && at + k < PyUnicode_GET_LENGTH(source)
               && (Py_UCS4)Py_TOLOWER(PyUnicode_READ(kind, data, at + k) & 127) == (Py_UCS4)wanted[k]
               && PyUnicode_READ(kind, data, at + k) < 128)
            k++;
        if (k == length)
            break;
    }
    return at < -1 ? NULL : PyLong_FromSsize_t(at);
}

static PyMethodDef METHODS[] = {
    {"lay_out", lay_out, METH_VARARGS, "As document.Document._walk calls it: fills a document's lists from the tree at an address."},
    {"tidy", tidy, METH_VARARGS, "As document.Document._write: texts are tidied, and given as they stand on the page."},
    {"find", find, METH_VARARGS, "As written._next calls it: str.find of a lower-case text in either case."},
    {"is_tame", is_tame, METH_VARARGS, "As taming.tame calls it: whether a source stays within all limits."},
    {0}};
static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_native", NULL, -1, METHODS, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void)
{
    return find_functions() < 0 ? NULL : PyModule_Create(&MODULE);
}
