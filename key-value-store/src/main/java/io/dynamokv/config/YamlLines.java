package io.dynamokv.config;

import java.io.StringReader;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Finds the lines of a YAML text on which keys stand, for messages about them. Immutable. */
final class YamlLines {
  private final @Nullable Node root;

  YamlLines(String text) {
    this.root = compose(text);
  }

  private static @Nullable Node compose(String text) {
    try {
      return new Yaml(new LoaderOptions()).compose(new StringReader(text));
    } catch (YAMLException e) {
      // Whoever reads the text itself says what is wrong with it.
      return null;
    }
  }

  /**
   * The line of a key, from 1, or of as much of its path as there is; 0 if there is nothing of it.
   *
   * @param key names and indexes, such as {@code membership.members[1].id}
   */
  int lineOf(String key) {
    Node node = root;
    int line = 0;
    for (String step : List.of(key.replace("[", ".").replace("]", "").split("\\."))) {
      Node keyNode = node instanceof MappingNode mapping ? keyOf(mapping, step) : null;
      Node valueNode =
          node instanceof MappingNode mapping ? valueOf(mapping, step) : itemOf(node, step);
      if (valueNode == null) {
        return line;
      }
      line = (keyNode == null ? valueNode : keyNode).getStartMark().getLine() + 1;
      node = valueNode;
    }
    return line;
  }

  private static @Nullable Node keyOf(MappingNode mapping, String name) {
    NodeTuple tuple = find(mapping, name);
    return tuple == null ? null : tuple.getKeyNode();
  }

  private static @Nullable Node valueOf(MappingNode mapping, String name) {
    NodeTuple tuple = find(mapping, name);
    return tuple == null ? null : tuple.getValueNode();
  }

  private static @Nullable NodeTuple find(MappingNode mapping, String name) {
    for (NodeTuple tuple : mapping.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(name)) {
        return tuple;
      }
    }
    return null;
  }

  private static @Nullable Node itemOf(@Nullable Node node, String index) {
    if (node instanceof SequenceNode sequence && index.matches("[0-9]{1,6}")) {
      int position = Integer.parseInt(index);
      List<Node> items = sequence.getValue();
      return position < items.size() ? items.get(position) : null;
    }
    return null;
  }
}
