package io.sunaba.tck.hypervisor;

/// What can be wrong with a hypervisor, and the check that is for it.
enum HypervisorFault {
    NEVER_RUNS("goes through every state"),
    LENIENT("names the state that forbids an operation"),
    LEAVES_FILES("stops from every state and leaves nothing"),
    STOPS_ONCE_ONLY("does nothing when stopped again"),
    USED_WHEN_GONE("is of no use once gone"),
    MISTAKES_STOP("tells who waits that it was stopped"),
    MISTAKES_KILL("tells who waits that it was killed, at once"),
    TELLS_WHEN_CLOSED("tells nothing through a closed handle"),
    TALKATIVE("keeps the end of the console within bounds"),
    TAKES_ANY_MEMORY("refuses too little and too much memory"),
    TAKES_ANY_VCPUS("refuses too few and too many processors"),
    TAKES_ANY_ID("refuses ids that are none"),
    OVERWRITES("refuses an id in use, and leaves its machine alone"),
    TAKES_ANY_IMAGE("names a missing part of the guest image"),
    TAKES_ANY_RECORD("refuses records that it cannot read"),
    ENDS_MACHINES("leaves machines alone when it is closed"),
    FORGETS_STATE("takes up a machine in every state"),
    REMEMBERS_STATE("gives any number of handles"),
    ONE_HANDLE("waits for a former instance to let go"),
    TAKES_UP_THE_DEAD("does not take up a machine that is gone"),
    DEAF_WHEN_TAKEN_UP("notices the end of a machine that it took up"),
    HIDES_THE_DEAD("lists its machines, dead ones too"),
    DESTROYS_ITS_OWN_ONLY("destroys by id, once"),
    FORGETS_OWNER("keeps the new owner of a machine"),
    BOASTS("has the abilities that it tells of, and no other"),
    AT_MOST_TEN("makes twenty machines at once"),
    RACES("makes one machine of an id, however many ask"),
    STOPS_ALONE("stops once, however many ask"),
    UNTIDY("leaves nothing of an interrupted creation"),
    VAGUE("leaves nothing of a creation whose process is killed"),
    GIVES_UP_STOP("completes an interrupted stop"),
    LEAKS_THREADS("leaves no process, thread or open file");

    final String check;

    HypervisorFault(String check) {
        this.check = check;
    }
}
