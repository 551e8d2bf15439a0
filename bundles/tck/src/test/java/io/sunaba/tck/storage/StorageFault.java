package io.sunaba.tck.storage;

/// What can be wrong with a storage, and the check that is for it.
enum StorageFault {
    KEEPS_THE_FIRST("loads what was saved last"),
    CUTS_OFF("keeps values of 1 byte to 1 MiB"),
    SHARES_ARRAYS("keeps its own copy of a value"),
    FOLDS_CASE("tells all legal keys apart"),
    VAGUE("names a missing key"),
    KEEPS_DELETED("deletes once and for all"),
    FORGETFUL("sees everything when opened again"),
    USED_WHEN_CLOSED("is of no use once closed"),
    LEAKS_FILES("leaves no open file or thread"),
    LEAKS_THREADS("leaves no open file or thread"),
    MIXES_KEYS("keeps apart 100 writers of 100 keys"),
    MIXES_VALUES("keeps values whole under 100 writers"),
    SWALLOWS_INTERRUPTS("leaves an interrupt pending"),
    FAILS_INTERRUPTED("outlives interrupts in the middle"),
    SHARED_HERE("refuses a second owner in this process"),
    SHARED_ELSEWHERE("refuses an owner beside another process"),
    WRITES_LATER("keeps every write that returned before SIGKILL");

    final String check;

    StorageFault(String check) {
        this.check = check;
    }
}
