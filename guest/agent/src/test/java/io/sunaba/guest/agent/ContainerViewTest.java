package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContainerViewTest {
    @Test
    void directoriesAreMadeFromTheOutermostOn() {
        assertThat(ContainerView.upTo("/")).isEmpty();
        assertThat(ContainerView.upTo("/data")).containsExactly("/data");
        assertThat(ContainerView.upTo("/srv/a b/c"))
                .containsExactly("/srv", "/srv/a b", "/srv/a b/c");
    }
}
