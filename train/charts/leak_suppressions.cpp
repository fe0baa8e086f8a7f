// Linked into programs that draw charts, in AddressSanitizer builds alone (CMakeLists.txt here).
// fontconfig keeps the fonts that cairo used for the life of the process, behind pointers that it
// stores as offsets: in use, though LeakSanitizer, which calls these two functions, cannot see it.

extern "C" {

// The names are LeakSanitizer's.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
const char* __lsan_default_suppressions();
const char* __lsan_default_options();

const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
const char* __lsan_default_options() { return "print_suppressions=0"; }
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}
