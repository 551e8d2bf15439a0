package io.sunaba.tck.agent;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.tck.Check;
import io.sunaba.tck.Patience;
import io.sunaba.tck.Suite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What every [AgentDriver] and its connections must do.
public final class AgentContract {
    /// How many times the patience a check may take: it waits more than once.
    private static final int WAITS = 6;

    /// So that a connection that does not come about is seen as that.
    private static final int CONNECTING = 3;

    private AgentContract() {}

    /// What a check does with a connection.
    @FunctionalInterface
    interface Use {
        void of(Guest guest) throws Throwable;
    }

    /// What a check does with a driver.
    @FunctionalInterface
    interface DriverUse {
        void of(AgentFixture fixture, AgentDriver driver) throws Throwable;
    }

    /// Returns the suite.
    public static Suite<AgentFixture> suite() {
        List<Check<AgentFixture>> checks = new ArrayList<>();
        checks.addAll(ConnectionChecks.all());
        checks.addAll(ContainerChecks.all());
        checks.addAll(ProcessChecks.all());
        checks.addAll(StreamChecks.all());
        return new Suite<>("agent", checks);
    }

    /// Makes a check that needs a driver.
    static Check<AgentFixture> driver(String name, DriverUse use) {
        return new Check<>(
                name,
                limit(),
                fixture -> {
                    AgentDriver driver = fixture.open();
                    try {
                        use.of(fixture, driver);
                    } finally {
                        fixture.close(driver);
                    }
                });
    }

    /// Makes a check that needs a connection to a guest.
    static Check<AgentFixture> check(String name, Use use) {
        return driver(
                name,
                (fixture, driver) -> {
                    try (Agent agent = connect(fixture, driver);
                            Guest guest = new Guest(fixture, agent)) {
                        use.of(guest);
                    }
                });
    }

    /// Connects to the fixture's guest.
    static Agent connect(AgentFixture fixture, AgentDriver driver) throws Exception {
        return driver.connect(fixture.guest(), Patience.get().multipliedBy(CONNECTING));
    }

    private static Duration limit() {
        return Patience.get().multipliedBy(WAITS);
    }
}
