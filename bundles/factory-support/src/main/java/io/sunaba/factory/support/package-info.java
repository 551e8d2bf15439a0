/// What VM factories have in common: the plugins that they build on, the class of a machine, its
/// end, what a crash left, and what is measured. Each bundle embeds a copy; nobody exports it.
@NullMarked
package io.sunaba.factory.support;

import org.jspecify.annotations.NullMarked;
