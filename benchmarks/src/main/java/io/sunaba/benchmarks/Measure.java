package io.sunaba.benchmarks;

/// What [Start] measures, next to its floor.
enum Measure {
    BOOT("bare boot", "the hypervisor alone: exec to the agent's first reply"),
    NEW("create new", "sandbox:create --factory new", BOOT, 0),
    RUN_NEW("run new", "sandbox:run /bin/true", BOOT, 0),
    RESTORE("bare restore", "the hypervisor alone, going on from the template's state"),
    TEMPLATE("create template", "sandbox:create --factory template", RESTORE, 1.5),
    RUN_TEMPLATE("run template", "sandbox:run /bin/true", RESTORE, 0),
    CACHE("create cache", "sandbox:create --factory cache", RESTORE, 0),
    RUN_CACHE("run cache", "sandbox:run /bin/true", RESTORE, 0),
    RESTORE_TWO("2 bare restores", "at once, until the last replied"),
    TEMPLATE_TWO("2 templates", "sandbox:create --factory template at once", RESTORE_TWO, 0),
    RESTORE_MANY("8 bare restores", "at once, until the last replied"),
    TEMPLATE_MANY("8 templates", "sandbox:create --factory template at once", RESTORE_MANY, 1.3);

    final String title;
    final String meaning;
    final Measure floor;
    final double aim;

    /// A floor.
    Measure(String title, String meaning) {
        this.title = title;
        this.meaning = meaning;
        this.floor = this;
        this.aim = 0;
    }

    /// @param aim the most that it should take of the floor, or 0
    Measure(String title, String meaning, Measure floor, double aim) {
        this.title = title;
        this.meaning = meaning;
        this.floor = floor;
        this.aim = aim;
    }

    boolean isFloor() {
        return floor == this;
    }
}
