package io.sunaba.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.agent.AgentDriver;
import io.sunaba.core.guard.GuardedDriver;
import io.sunaba.error.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PluginsTest {
    private Duration grace = Duration.ofSeconds(20);
    private final Plugins plugins = new Plugins(() -> grace);

    private AgentDriver add(String name, int ranking, long id) {
        AgentDriver driver =
                (_, _) -> {
                    throw new UnsupportedOperationException(name + id);
                };
        plugins.add(
                Kind.AGENT,
                driver,
                Map.of("sunaba.name", name, "service.ranking", ranking, "service.id", id));
        return driver;
    }

    private static AgentDriver behindItsGuard(AgentDriver found) {
        return ((GuardedDriver) found).driver();
    }

    @Test
    void higherRankingServesAndTheOtherTakesOver() throws InterruptedException {
        AgentDriver older = add("kata", 0, 1);
        AgentDriver equal = add("kata", 0, 2);
        assertThat(behindItsGuard(plugins.require(Kind.AGENT, "kata"))).isSameAs(older);
        AgentDriver higher = add("kata", 5, 3);
        assertThat(behindItsGuard(plugins.require(Kind.AGENT, "kata"))).isSameAs(higher);
        plugins.remove(Kind.AGENT, higher);
        plugins.remove(Kind.AGENT, older);
        assertThat(behindItsGuard(plugins.require(Kind.AGENT, "kata"))).isSameAs(equal);
        assertThat(plugins.holds(equal)).isTrue();
        assertThat(plugins.holds(higher)).isFalse();
    }

    @Test
    void callWaitsForAPluginToComeBack() throws Exception {
        CompletableFuture<AgentDriver> found = new CompletableFuture<>();
        Thread waiting =
                Thread.startVirtualThread(() -> {
                    try {
                        found.complete(plugins.require(Kind.AGENT, "kata"));
                    } catch (InterruptedException e) {
                        found.completeExceptionally(e);
                    }
                });
        add("other", 0, 1);
        AgentDriver driver = add("kata", 0, 2);
        assertThat(behindItsGuard(found.get(20, TimeUnit.SECONDS))).isSameAs(driver);
        waiting.join();
    }

    @Test
    void pluginThatStaysAwayIsNamedWithWhatIsThere() {
        grace = Duration.ofMillis(5);
        add("other", 0, 1);
        assertThatThrownBy(() -> plugins.require(Kind.AGENT, "kata"))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("there is no agent plugin 'kata' (waited 5 ms); there is other");
        assertThatThrownBy(() -> plugins.require(Kind.STORAGE, "fs"))
                .hasMessageEndingWith("there is none");
    }

    @Test
    void pluginThatIsNotAdmittedIsNotThere() throws InterruptedException {
        AgentDriver first = add("kata", 0, 1);
        plugins.admitBy((kind, name, plugin, entry) -> {
            assertThat(plugin).isInstanceOf(GuardedDriver.class);
            if (name.equals("kata")) {
                throw new UnavailableException("no other " + kind);
            }
            entry.run();
        });
        assertThatThrownBy(() -> add("kata", 5, 2))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("no other agent");
        AgentDriver other = add("other", 0, 3);
        assertThat(behindItsGuard(plugins.require(Kind.AGENT, "kata"))).isSameAs(first);
        assertThat(plugins.isOnly(Kind.AGENT, "kata", first)).isTrue();
        assertThat(plugins.isOnly(Kind.AGENT, "kata", other)).isFalse();
        assertThat(plugins.holds(other)).isTrue();
    }

    @Test
    void listenersHearOfBothAndServicesWithoutNameAreNoPlugins() {
        List<String> heard = new ArrayList<>();
        plugins.listen(
                new Plugins.Listener() {
                    @Override
                    public void added(Kind<?> kind, String name, Object service) {
                        heard.add("+" + kind + " " + name);
                    }

                    @Override
                    public void removed(Kind<?> kind, String name, Object service, Calls calls) {
                        heard.add("-" + kind + " " + name);
                    }
                });
        AgentDriver driver = add("kata", 0, 1);
        AgentDriver waits = add("kata", 0, 2);
        plugins.remove(Kind.AGENT, waits);
        AgentDriver higher = add("kata", 5, 3);
        plugins.remove(Kind.AGENT, higher);
        plugins.remove(Kind.AGENT, driver);
        plugins.remove(Kind.AGENT, driver);
        plugins.add(Kind.AGENT, driver, Map.of());
        assertThat(heard)
                .containsExactly(
                        "+agent kata",
                        "-agent kata",
                        "+agent kata",
                        "-agent kata",
                        "+agent kata",
                        "-agent kata");
        assertThat(plugins.all(Kind.AGENT)).isEmpty();
    }
}
