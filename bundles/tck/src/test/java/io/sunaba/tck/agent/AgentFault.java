package io.sunaba.tck.agent;

/// What can be wrong with an agent plugin, and the check that is for it.
enum AgentFault {
    NAMELESS("says what answers, and asks whether it does"),
    HOPES_FOR_EVER("gives up on who does not answer"),
    GIVES_UP_EARLY("gives up on who does not answer"),
    AWAITS_NOBODY("says that nobody is there"),
    CONNECTS_UNINTERRUPTED("stops connecting when interrupted"),
    WORKS_WHEN_CLOSED("is of no use once closed"),
    LOSES_WHAT_IS_CLOSED("is of no use once closed"),
    WAITS_WHEN_CLOSED("ends calls that wait when it is closed"),
    NEVER_LOST("tells when a connection is lost"),
    GOES_ON_WHEN_STOPPED("gives all connections up when it stops"),
    FORGETS("takes up what another connection left"),
    ENDS_WHEN_LEFT("goes on with what waits when it was left"),
    HOLDS_WHEN_LEFT("goes on with what waits when it was left"),
    LEAKS("leaves nothing of a connection that is closed"),
    CUTS_CODES("runs a container from its start to its exit code"),
    STARTS_EARLY("starts nothing before it is told to"),
    VAGUE("names what is not there"),
    TAKES_ANY_ID("refuses an id that is taken"),
    LEAVES_PROCESSES("removes a container with all that runs in it"),
    NEVER_FREEZES("freezes a container and lets it go on"),
    LISTS_THE_FIRST("lists a container's processes"),
    RESETS_LIMITS("measures a container and changes its limits"),
    MUTE("runs further processes"),
    BARE_SIGNALS("tells a signal as 128 and its number"),
    SIGNALS_ALL("signals one process and no other"),
    COMPLAINS("signals what is dead without complaint"),
    ONE_AT_A_TIME("waits without holding others up"),
    WAITS_UNINTERRUPTED("gives up a wait when interrupted"),
    CONFUSES_PROCESSES("serves 20 callers at once, each with its own"),
    MIXES_STREAMS("keeps output whole, and its kinds apart"),
    SKIPS_OUTPUT("keeps output whole, and its kinds apart"),
    READS_ALL("reads no more than was asked for"),
    NEVER_ENDS_INPUT("passes input on, and its end"),
    DROPS_OUTPUT("keeps output until it is read");

    final String check;

    AgentFault(String check) {
        this.check = check;
    }
}
